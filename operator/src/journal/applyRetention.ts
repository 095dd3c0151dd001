import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isEnded } from '@greenroom/protocol';
import { chooseExpired, type StoredSession } from './chooseExpired';
import type { Journal } from './Journal';
import { listSessionIds, sessionDirectory } from './SessionFiles';
import { readSessionSnapshot } from './SessionSnapshot';

/** How much of ended sessions is kept. */
export interface RetentionLimits {
  maxAgeMs: number;
  maxBytes: number;
}

/** Removes ended sessions beyond the limits, the oldest first; answers their ids. Sessions that go on are never removed. */
export async function applyRetention(
  options: { journal: Journal; directory: string; retention: RetentionLimits },
  now: number,
): Promise<string[]> {
  const { journal, directory, retention } = options;
  const sessions: StoredSession[] = [];
  for (const sessionId of listSessionIds(directory)) {
    sessions.push(await storedSession(directory, sessionId));
  }
  const expired = chooseExpired(sessions, retention, now);
  for (const sessionId of expired) {
    journal.forget(sessionId);
    rmSync(sessionDirectory(directory, sessionId), {
      recursive: true,
      force: true,
    });
    await yieldToOthers();
  }
  return expired;
}

async function storedSession(
  directory: string,
  sessionId: string,
): Promise<StoredSession> {
  await yieldToOthers();
  const folder = sessionDirectory(directory, sessionId);
  // A session without a snapshot was written to since the last checkpoint.
  const snapshot = readSessionSnapshot(directory, sessionId);
  const isSealed = snapshot?.seal?.final === true;
  const ended = snapshot && isSealed && isEnded(snapshot.state);
  return {
    sessionId,
    bytes: sizeOf(folder),
    endedAt: ended ? Date.parse(snapshot.state.endedAt ?? '') : undefined,
  };
}

function sizeOf(folder: string): number {
  let bytes = 0;
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    if (!existsSync(file)) continue;
    const stats = statSync(file);
    bytes += stats.isDirectory() ? sizeOf(file) : stats.size;
  }
  return bytes;
}

/** A journal with thousands of sessions must not hold up what goes on beside. */
function yieldToOthers(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}
