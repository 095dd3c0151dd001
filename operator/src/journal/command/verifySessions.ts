import { verifySession, type Verification } from '@greenroom/protocol';
import { nodeSha256, nodeVerifySignature } from '@greenroom/protocol/node';
import { listSessionIds } from '../SessionFiles';
import { readWholeRecord } from '../SessionReader';
import { readPublicKeys } from './exportSession';
import { jsonLine } from './jsonLine';
import type { JournalCommand } from './runJournalCommand';
import { notThere } from './showSession';

/** Exit status by outcome, as in `greenroom audit verify`; the worst of all sessions counts. */
const statuses: Record<Verification['outcome'], number> = {
  intact: 0,
  altered: 1,
  gap: 2,
  unsealed: 2,
  unverifiable: 3,
};
/** Worst first. */
const severity = [1, 3, 2, 0];

/** Checks chain and seals of one session or of all, from their stored bytes. */
export async function verifySessions(command: JournalCommand): Promise<number> {
  const { directory, sessionId, flags, write } = command;
  if (!sessionId && !flags.all) return notThere(command);
  const ids = sessionId ? [sessionId] : [...listSessionIds(directory)].sort();
  const keys = new Map(
    [...readPublicKeys(directory)].map(([id, key]) => [
      id,
      new Uint8Array(Buffer.from(key, 'base64')),
    ]),
  );
  const seen = new Set<number>();
  for (const id of ids) {
    const result = verifyOne(directory, id, keys);
    if (!result) return notThere(command);
    seen.add(statuses[result.outcome]);
    await write(jsonLine(result));
  }
  return severity.find(status => seen.has(status)) ?? 0;
}

function verifyOne(
  directory: string,
  sessionId: string,
  keys: ReadonlyMap<string, Uint8Array>,
): Verification | undefined {
  const whole = readWholeRecord(directory, sessionId);
  if (!whole) return undefined;
  const verification = verifySession({
    sessionId,
    entries: whole.entries.map(({ seq, body, salt, hash }) => ({
      seq,
      body: body.toString('utf8'),
      salt: salt.toString('base64'),
      hash: hash.toString('hex'),
    })),
    seals: whole.seals,
    keys,
    sha256: nodeSha256,
    verifySignature: nodeVerifySignature,
    genesis: whole.meta?.genesis,
  });
  const isWhole =
    verification.outcome === 'intact' || verification.outcome === 'unsealed';
  if (!whole.hasUnsoundTail || !isWhole) return verification;
  return {
    sessionId,
    verified: verification.verified,
    sealedSeq: verification.sealedSeq,
    erased: verification.erased,
    outcome: 'altered',
    at: {
      seq: verification.verified + 1,
      what: 'entry',
      message: `What follows entry ${verification.verified} of session ${sessionId} is no sound record: its checksum does not agree.`,
    },
  };
}
