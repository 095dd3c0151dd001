import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { SecretStore } from '../../redaction/SecretStore';

/** Largest secret that fits a header; servers refuse more than 8 to 16 KiB of headers. */
const LARGEST_KEY_BYTES = 8 * 1024;

/** A secret cannot be put into a request; the message says which and why, and never shows it. */
export class CredentialFileError extends Error {
  readonly name = 'CredentialFileError';

  constructor(message: string, readonly reason: 'Missing' | 'Unusable') {
    super(message);
  }
}

/**
 * The secrets below `CREDENTIALS_DIR`, one folder for each credential. They are read anew for each use, because the kubelet
 * replaces them when a Secret changes, and known to redaction before anybody can see them.
 */
export class CredentialFiles {
  constructor(
    private readonly options: {
      credentialsDir: string;
      secrets: Pick<SecretStore, 'register'>;
    },
  ) {}

  /**
   * Reads a secret for a header.
   *
   * @param key - file in the folder; the only one there, when unset
   * @throws {@link CredentialFileError}
   */
  async read(folder: string, key?: string): Promise<string> {
    const { credentialsDir, secrets } = this.options;
    // Names come from manifests: each is one folder's or file's, and never a path.
    const path = join(credentialsDir, basename(folder));
    const name = key || (await this.onlyKey(path, folder));
    const text = await readFile(join(path, basename(name)), 'utf8').catch(
      () => undefined,
    );
    if (text === undefined) {
      throw new CredentialFileError(
        `Credential "${folder}" has no key "${name}" in this pod.`,
        'Missing',
      );
    }
    secrets.register(`${folder}.${name}`, text);
    return usable(text, folder, name);
  }

  private async onlyKey(path: string, folder: string): Promise<string> {
    const names = (await readdir(path).catch(() => [])).filter(
      name => !name.startsWith('.'),
    );
    if (names.length === 1) return names[0];
    throw names.length === 0
      ? new CredentialFileError(
          `Credential "${folder}" is not in this pod.`,
          'Missing',
        )
      : new CredentialFileError(
          `Credential "${folder}" has ${names.length} keys. Name one in its Secret reference.`,
          'Unusable',
        );
  }
}

function usable(text: string, folder: string, key: string): string {
  const value = text.trim();
  const problem = problemOf(value);
  if (problem) {
    throw new CredentialFileError(
      `Key "${key}" of credential "${folder}" ${problem}. Write the secret alone into it.`,
      'Unusable',
    );
  }
  return value;
}

function problemOf(value: string): string | undefined {
  if (value === '') return 'is empty';
  if (Buffer.byteLength(value) > LARGEST_KEY_BYTES)
    return `is longer than ${LARGEST_KEY_BYTES} bytes, which no header carries`;
  if (!/^[\x20-\x7e]+$/.test(value))
    return 'has line breaks or characters that no header carries';
  return undefined;
}
