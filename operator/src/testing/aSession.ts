import { randomBytes } from 'node:crypto';
import { canonicalJson, type SessionEvent } from '@greenroom/protocol';
import { v7 } from 'uuid';
import { protocolChainRules } from '../journal/chainRules';
import type { JournalEntry } from '../journal/entryCodec';
import type { SessionMeta } from '../journal/sessionRecord';

/** A session as its sidecar would write it, for tests. */
export interface TestSession {
  id: string;
  meta: SessionMeta;
  /** Makes the next entry of the chain. */
  next(type?: string, payload?: object, more?: object): JournalEntry;
}

const rules = protocolChainRules();

/** A new session of agent `default/repo-doctor`. */
export function aSession(
  options: { id?: string; epoch?: number; meta?: Partial<SessionMeta> } = {},
): TestSession {
  const { id = v7(), epoch = 1 } = options;
  const meta: SessionMeta = {
    session_id: id,
    kind: 'task',
    namespace: 'default',
    name: 'inspect',
    agent: { namespace: 'default', name: 'repo-doctor' },
    genesis: {
      cluster_uid: 'cluster',
      agent_uid: 'agent',
      key_id: 'ed25519-test',
      policy_digest: '',
    },
    created_at: '2026-11-21T10:00:00.000000Z',
    ...options.meta,
  };
  let seq = 0;
  let previous = rules.start(id, meta.genesis);
  return {
    id,
    meta,
    next(type = 'agent.status', payload = { text: `step ${seq}` }, more = {}) {
      seq++;
      const event = {
        v: 1,
        session_id: id,
        epoch,
        seq,
        id: `event-${seq}`,
        ts: '2026-11-21T10:00:01.000000Z',
        type,
        actor: { type: 'agent', id: 'repo-doctor' },
        payload,
        ...more,
      } as unknown as SessionEvent;
      const body = Buffer.from(canonicalJson(event));
      const salt = randomBytes(16);
      const hash = rules.next({ sessionId: id, seq, previous, salt, body });
      previous = hash;
      return { seq, epoch, salt, hash, body };
    },
  };
}
