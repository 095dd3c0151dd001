import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readWholeRecord } from '../SessionReader';
import { sessionDirectory } from '../SessionFiles';
import { jsonLine } from './jsonLine';
import type { JournalCommand } from './runJournalCommand';
import { notThere } from './showSession';

/**
 * A bundle that can be verified without the cluster: lines `{"record":"meta"|"key"|"entry"|"seal"|"blob", …}`. An entry has the exact body,
 * salt (base64) and hash (hex); a blob its bytes in base64.
 */
export async function exportSession(command: JournalCommand): Promise<number> {
  const { directory, sessionId, write } = command;
  const whole = sessionId ? readWholeRecord(directory, sessionId) : undefined;
  if (!whole) return notThere(command);
  await write(jsonLine({ record: 'meta', ...whole.meta }));
  for (const [keyId, publicKey] of readPublicKeys(directory)) {
    await write(
      jsonLine({ record: 'key', key_id: keyId, public_key: publicKey }),
    );
  }
  for (const { seq, epoch, salt, hash, body } of whole.entries) {
    await write(
      jsonLine({
        record: 'entry',
        seq,
        epoch,
        body: body.toString('utf8'),
        salt: salt.toString('base64'),
        hash: hash.toString('hex'),
      }),
    );
  }
  for (const seal of whole.seals)
    await write(jsonLine({ record: 'seal', ...seal }));
  const blobs = join(sessionDirectory(directory, sessionId!), 'blobs');
  for (const digest of readFolder(blobs)) {
    const content = readFileSync(join(blobs, digest)).toString('base64');
    await write(jsonLine({ record: 'blob', digest, content }));
  }
  return 0;
}

/** The public keys beside the journal, in base64, by id. */
export function readPublicKeys(directory: string): Map<string, string> {
  const keys = new Map<string, string>();
  for (const file of readFolder(join(directory, 'keys'))) {
    if (!file.endsWith('.pub')) continue;
    keys.set(
      file.slice(0, -'.pub'.length),
      readFileSync(join(directory, 'keys', file), 'utf8').trim(),
    );
  }
  return keys;
}

function readFolder(folder: string): string[] {
  try {
    return readdirSync(folder).filter(name => !name.startsWith('.'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
