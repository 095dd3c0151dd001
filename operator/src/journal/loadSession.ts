import { existsSync, statSync } from 'node:fs';
import type { ChainRules } from './chainRules';
import { JournalError } from './JournalError';
import { scanRecords } from './readRecords';
import { eventsFile } from './SessionFiles';
import { firstHead, followHead, type SessionHead } from './SessionHead';
import { decodeSessionRecord } from './sessionRecord';
import { readSessionSnapshot } from './SessionSnapshot';

/** A session as its file has it. */
export interface LoadedSession {
  head: SessionHead;
  /** Where the next record goes. */
  bytes: number;
  /** Bytes that follow and are no sound record: never acknowledged. */
  tornBytes: number;
}

/**
 * Reads where a session stands: its snapshot and what follows it, or the whole file if there is none.
 *
 * Throws {@link JournalError} `Damaged` where the file contradicts itself or lacks what the snapshot saw. `undefined` for a session that
 * does not exist.
 */
export function loadSession(
  root: string,
  sessionId: string,
  rules: ChainRules,
): LoadedSession | undefined {
  const file = eventsFile(root, sessionId);
  if (!existsSync(file)) return undefined;
  const { size } = statSync(file);
  const snapshot = readSessionSnapshot(root, sessionId);
  if (snapshot && snapshot.bytes > size) {
    throw new JournalError(
      'Damaged',
      `The journal of session ${sessionId} has ${size} bytes, but had ${snapshot.bytes}: something cut it. Verify it with \`greenroom-operator journal verify ${sessionId}\`.`,
    );
  }
  let head: SessionHead | undefined = snapshot && {
    ...snapshot,
    hash: Buffer.from(snapshot.hash, 'hex'),
    epoch: snapshot.state.epoch,
  };
  const scanned = scanRecords(file, snapshot?.bytes ?? 0, raw => {
    const record = decodeSessionRecord(raw);
    if (!head) {
      if (record.type !== 'meta') throw lacksBeginning(sessionId);
      head = firstHead(record.meta, rules);
      return;
    }
    head = followOrDamaged(head, record, rules);
  });
  if (!head) return undefined;
  return { head, bytes: scanned.end, tornBytes: size - scanned.end };
}

function followOrDamaged(
  head: SessionHead,
  record: ReturnType<typeof decodeSessionRecord>,
  rules: ChainRules,
): SessionHead {
  try {
    return followHead(head, record, rules, Date.now()).head;
  } catch (error) {
    throw new JournalError(
      'Damaged',
      `The journal of session ${head.meta.session_id} contradicts itself: ${
        (error as Error).message
      }`,
      { cause: error },
    );
  }
}

function lacksBeginning(sessionId: string): JournalError {
  return new JournalError(
    'Damaged',
    `The journal of session ${sessionId} does not begin with what the session is.`,
  );
}
