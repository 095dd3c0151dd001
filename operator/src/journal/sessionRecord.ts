import type { Genesis, Seal } from '@greenroom/protocol';
import { decodeEntry, encodeEntry, type JournalEntry } from './entryCodec';
import { encodeRecord, recordTypes, type RawRecord } from './recordCodec';

/** First record of a session: whose it is. */
export interface SessionMeta {
  session_id: string;
  kind: 'task' | 'session' | 'agent';
  namespace: string;
  /** Name of the Task, Session or Agent. */
  name: string;
  agent: { namespace: string; name: string };
  genesis: Genesis;
  /** RFC 3339. */
  created_at: string;
}

/** From here on only this pod may append, and only in this epoch. */
export interface SessionFence {
  epoch: number;
  pod_uid: string;
  pod_name: string;
  at: string;
}

/** A record with its meaning. */
export type SessionRecord =
  | { type: 'meta'; meta: SessionMeta }
  | { type: 'fence'; fence: SessionFence }
  | { type: 'entry'; entry: JournalEntry }
  | { type: 'seal'; seal: Seal };

export function encodeSessionRecord(record: SessionRecord): Buffer {
  switch (record.type) {
    case 'entry':
      return encodeRecord(recordTypes.entry, encodeEntry(record.entry));
    case 'meta':
      return encodeRecord(recordTypes.meta, json(record.meta));
    case 'fence':
      return encodeRecord(recordTypes.fence, json(record.fence));
    default:
      return encodeRecord(recordTypes.seal, json(record.seal));
  }
}

export function decodeSessionRecord(raw: RawRecord): SessionRecord {
  switch (raw.type) {
    case recordTypes.entry:
      return { type: 'entry', entry: decodeEntry(raw.payload) };
    case recordTypes.meta:
      return { type: 'meta', meta: parse<SessionMeta>(raw) };
    case recordTypes.fence:
      return { type: 'fence', fence: parse<SessionFence>(raw) };
    default:
      return { type: 'seal', seal: parse<Seal>(raw) };
  }
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function parse<T>(raw: RawRecord): T {
  return JSON.parse(raw.payload.toString('utf8')) as T;
}
