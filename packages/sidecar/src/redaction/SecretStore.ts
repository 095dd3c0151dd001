import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  redactPayload,
  Redactor,
  type JsonObject,
  type KnownSecret,
  type RedactedPayload,
  type RedactionRule,
} from '@greenroom/protocol';
import { nodeHmac } from '@greenroom/protocol/node';
import { ruleScanner } from './ruleScanner';
import { secretlintScanner } from './secretlintScanner';

/** Where secrets and the key of their marks are. */
export interface SecretStoreOptions {
  /** One folder per credential, one file per key. */
  credentialsDir: string;
  stateDir: string;
  /** Files that hold a secret of our own, such as the pod's token. */
  ownSecretFiles: readonly string[];
}

/** The kubelet brings changed Secrets within a minute or so; a third of that keeps ours fresh. */
const REREAD_INTERVAL_MS = 20_000;
const KEY_BYTES = 32;
/** Larger files are no credentials but data, and would make the search table huge. */
const LARGEST_SECRET_BYTES = 128 * 1024;

async function filesBelow(
  folder: string,
): Promise<{ name: string; path: string }[]> {
  const names = await readdir(folder).catch(() => []);
  const nested = await Promise.all(
    names
      .filter(name => !name.startsWith('..'))
      .map(async name => {
        const path = join(folder, name);
        const keys = await readdir(path).catch(() => undefined);
        if (!keys) return [{ name, path }];
        return keys
          .filter(key => !key.startsWith('..'))
          .map(key => ({ name: `${name}.${key}`, path: join(path, key) }));
      }),
  );
  return nested.flat();
}

/**
 * Every secret that this pod was given, and the redactor that keeps them out of everything. A secret that was known once stays
 * known: its old value may still be in somebody's output.
 */
export class SecretStore {
  private readonly known = new Map<string, KnownSecret>();
  private readonly secretlint = secretlintScanner();
  private rules: readonly RedactionRule[] = [];
  private redactor: Redactor;
  private timer: NodeJS.Timeout | undefined;

  private constructor(
    private readonly options: SecretStoreOptions,
    private readonly hmacKey: Buffer,
  ) {
    this.redactor = this.build();
  }

  static async open(options: SecretStoreOptions): Promise<SecretStore> {
    const store = new SecretStore(options, await markKey(options.stateDir));
    await store.reread();
    store.timer = setInterval(() => void store.reread(), REREAD_INTERVAL_MS);
    store.timer.unref();
    return store;
  }

  close(): void {
    clearInterval(this.timer);
  }

  /** A secret that came from elsewhere, such as one fetched for a tool. Known from now on. */
  register(name: string, value: string): void {
    if (this.remember({ name, value })) this.redactor = this.build();
  }

  /** GreenroomConfig's own rules. */
  useRules(rules: readonly RedactionRule[]): void {
    if (JSON.stringify(rules) === JSON.stringify(this.rules)) return;
    this.rules = rules;
    this.redactor = this.build();
  }

  /** The payload of an event without its secrets, or what stands in the event's place. */
  redactEvent(event: {
    type: string;
    id?: string;
    payload: JsonObject;
  }): Promise<RedactedPayload> {
    return redactPayload(this.redactor, event);
  }

  /** For logs and messages: known values, and forms of keys that are cheap to find. */
  redactText(text: string): string {
    return this.redactor.redactText(text);
  }

  /** A whole text, such as an artifact's, by every rule. @throws RedactionError */
  async redactWhole(text: string): Promise<string> {
    return (await this.redactor.redact(text)).value;
  }

  /** Known values in text that comes in pieces. */
  textStream(): ReturnType<Redactor['textStream']> {
    return this.redactor.textStream();
  }

  /** Known values in bytes. */
  byteStream(): ReturnType<Redactor['byteStream']> {
    return this.redactor.byteStream();
  }

  private async reread(): Promise<void> {
    const own = this.options.ownSecretFiles.map(path => ({
      name: 'greenroom-token',
      path,
    }));
    let isNew = false;
    for (const { name, path } of [
      ...(await filesBelow(this.options.credentialsDir)),
      ...own,
    ]) {
      const content = await readFile(path).catch(() => undefined);
      if (
        !content ||
        content.length === 0 ||
        content.length > LARGEST_SECRET_BYTES
      )
        continue;
      const text = content.toString('utf8');
      const value = Buffer.from(text, 'utf8').equals(content)
        ? text
        : new Uint8Array(content);
      isNew = this.remember({ name, value }) || isNew;
    }
    if (isNew) this.redactor = this.build();
  }

  private remember(secret: KnownSecret): boolean {
    const key = `${secret.name}\0${Buffer.from(secret.value).toString(
      'base64',
    )}`;
    if (this.known.has(key)) return false;
    this.known.set(key, secret);
    return true;
  }

  private build(): Redactor {
    return new Redactor({
      secrets: [...this.known.values()],
      hmac: nodeHmac(this.hmacKey),
      scanners: [
        { name: 'secretlint', scan: this.secretlint },
        ...(this.rules.length > 0
          ? [{ name: 'GreenroomConfig', scan: ruleScanner(this.rules) }]
          : []),
      ],
    });
  }
}

/** The key of the marks: kept, so that equal secrets have equal marks also after a restart. */
async function markKey(stateDir: string): Promise<Buffer> {
  const path = join(stateDir, 'marks.key');
  const kept = await readFile(path).catch(() => undefined);
  if (kept?.length === KEY_BYTES) return kept;
  const key = randomBytes(KEY_BYTES);
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  await writeFile(path, key, { mode: 0o600 });
  return key;
}
