import { createHash, randomBytes } from 'node:crypto';
import {
  canonicalJson,
  SessionChain,
  verifySession,
} from '@greenroom/protocol';
import { nodeSha256, nodeVerifySignature } from '@greenroom/protocol/node';
import { atLeast, Row, throughput } from './harness/Row';

export const title = 'Hash chain: entries a second on one core';

const EVENTS = 20_000;
const sessionId = '019a3f5e-7c00-7000-8000-000000000001';
const genesis = {
  cluster_uid: 'cluster',
  agent_uid: 'agent',
  key_id: 'key',
  policy_digest: 'none',
};

/** About the size of a tool result, the most common event. */
const envelope = (seq: number) => ({
  v: 1,
  session_id: sessionId,
  epoch: 1,
  seq,
  id: `event-${seq}`,
  ts: '2026-01-01T00:00:00.000000Z',
  type: 'agent.tool_result',
  actor: { type: 'agent', name: 'repo-doctor' },
  turn_id: 'turn-1',
  payload: { tool_use_id: `call-${seq}`, content: 'x'.repeat(250) },
});

export async function run(): Promise<Row[]> {
  const bodies = Array.from({ length: EVENTS }, (_, index) =>
    canonicalJson(envelope(index + 1)),
  );
  const salts = bodies.map(() => randomBytes(16));
  const makeChain = () => {
    const chain = SessionChain.begin(sessionId, genesis, nodeSha256);
    return bodies.map((body, index) => chain.append(body, salts[index]));
  };
  const entries = makeChain();
  const plainHash = throughput(EVENTS, () => {
    for (const body of bodies) createHash('sha256').update(body).digest();
  });
  const baseline = { what: 'SHA-256 of the same bytes', value: plainHash };
  return [
    atLeast(
      'verify',
      throughput(EVENTS, () => {
        const { outcome } = verifySession({
          sessionId,
          entries,
          seals: [],
          keys: new Map(),
          sha256: nodeSha256,
          verifySignature: nodeVerifySignature,
          genesis,
        });
        if (outcome !== 'unsealed') throw new Error(`outcome ${outcome}`);
      }),
      200_000,
      'events/s',
      { baseline },
    ),
    {
      what: 'append',
      value: throughput(EVENTS, makeChain),
      unit: 'events/s',
      baseline,
    },
    {
      what: 'canonical JSON',
      value: throughput(EVENTS, () => {
        for (let seq = 1; seq <= EVENTS; seq += 1) canonicalJson(envelope(seq));
      }),
      unit: 'events/s',
      baseline: {
        what: 'JSON.stringify',
        value: throughput(EVENTS, () => {
          for (let seq = 1; seq <= EVENTS; seq += 1) {
            JSON.stringify(envelope(seq));
          }
        }),
      },
    },
  ];
}
