import { existsSync } from 'node:fs';
import {
  parseSessionEvent,
  type Seal,
  type SessionEvent,
} from '@greenroom/protocol';
import type { JournalEntry } from './entryCodec';
import { scanRecords } from './readRecords';
import { eventsFile } from './SessionFiles';
import {
  decodeSessionRecord,
  type SessionMeta,
  type SessionRecord,
} from './sessionRecord';

/** A session's whole record, for reading by whoever may read the folder; also while the operator writes. */
export interface WholeRecord {
  meta?: SessionMeta;
  entries: JournalEntry[];
  seals: Seal[];
  /** Bytes follow that are no sound record. */
  hasUnsoundTail: boolean;
}

/** Reads records from byte `from` of a session's file; answers where it ended. `undefined` if there is no such session. */
export function readSessionRecords(
  root: string,
  sessionId: string,
  from: number,
  visit: (record: SessionRecord) => boolean | void,
): { end: number; hasUnsoundTail: boolean } | undefined {
  const file = eventsFile(root, sessionId);
  if (!existsSync(file)) return undefined;
  return scanRecords(file, from, raw => visit(decodeSessionRecord(raw)));
}

/** Everything that is recorded of a session. */
export function readWholeRecord(
  root: string,
  sessionId: string,
): WholeRecord | undefined {
  const whole: WholeRecord = { entries: [], seals: [], hasUnsoundTail: false };
  const scanned = readSessionRecords(root, sessionId, 0, record => {
    if (record.type === 'meta') whole.meta = record.meta;
    else if (record.type === 'entry') whole.entries.push(record.entry);
    else if (record.type === 'seal') whole.seals.push(record.seal);
  });
  if (!scanned) return undefined;
  whole.hasUnsoundTail = scanned.hasUnsoundTail;
  return whole;
}

/** The event that an entry's bytes say. */
export function eventOfEntry(entry: JournalEntry): SessionEvent {
  return parseSessionEvent(JSON.parse(entry.body.toString('utf8')));
}
