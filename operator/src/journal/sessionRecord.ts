import { decodeEntry, encodeEntry, type JournalEntry } from './entryCodec';
import { encodeRecord, recordTypes, type RawRecord } from './recordCodec';

/** What the chain of a session begins with; the same as in `SessionOpening`. */
export interface SessionGenesis {
  cluster_uid: string;
  agent_uid: string;
  key_id: string;
  policy_digest: string;
}

/** First record of a session: whose it is. */
export interface SessionMeta {
  session_id: string;
  kind: 'task' | 'session' | 'agent';
  namespace: string;
  /** Name of the Task, Session or Agent. */
  name: string;
  agent: { namespace: string; name: string };
  genesis: SessionGenesis;
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

/** The cluster's signature over the chain up to `seq`. */
export interface SessionSeal {
  session_id: string;
  seq: number;
  /** Hex. */
  hash: string;
  key_id: string;
  /** RFC 3339. */
  at: string;
  /** Whether the session had ended. */
  final: boolean;
  /** Base64. */
  signature: string;
}

/** A record with its meaning. */
export type SessionRecord =
  | { type: 'meta'; meta: SessionMeta }
  | { type: 'fence'; fence: SessionFence }
  | { type: 'entry'; entry: JournalEntry }
  | { type: 'seal'; seal: SessionSeal };

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
      return { type: 'seal', seal: parse<SessionSeal>(raw) };
  }
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function parse<T>(raw: RawRecord): T {
  return JSON.parse(raw.payload.toString('utf8')) as T;
}
