import { readFileSync } from 'node:fs';
import type { Seal, SessionState } from '@greenroom/protocol';
import { writeFileAtomically } from './writeFileAtomically';
import { snapshotFile } from './SessionFiles';
import type { SessionFence, SessionMeta } from './sessionRecord';

/** Raised whenever a snapshot's content, or what a projection makes of events, changes: older ones are made anew. */
const VERSION = 1;

/** What the first `bytes` of a session's file add up to, so that nobody has to read them again. */
export interface SessionSnapshot {
  version: number;
  /** How much of the file is folded in. */
  bytes: number;
  meta: SessionMeta;
  fence?: SessionFence;
  seal?: Seal;
  seq: number;
  /** Hex. */
  hash: string;
  /** When the first entry that no seal covers was taken, in ms since 1970. */
  unsealedSince?: number;
  state: SessionState;
}

/** The snapshot of a session, or `undefined` if there is none that can be used. */
export function readSessionSnapshot(
  root: string,
  sessionId: string,
): SessionSnapshot | undefined {
  try {
    const text = readFileSync(snapshotFile(root, sessionId), 'utf8');
    const snapshot = JSON.parse(text) as SessionSnapshot;
    return snapshot.version === VERSION ? snapshot : undefined;
  } catch {
    // Missing or torn: it is derived, and is made anew from the records.
    return undefined;
  }
}

export async function writeSessionSnapshot(
  root: string,
  snapshot: Omit<SessionSnapshot, 'version'>,
): Promise<void> {
  const file = snapshotFile(root, snapshot.meta.session_id);
  await writeFileAtomically(
    file,
    JSON.stringify({ version: VERSION, ...snapshot }),
  );
}
