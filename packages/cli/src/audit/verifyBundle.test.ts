import { randomBytes } from 'node:crypto';
import { canonicalJson, sealChain, SessionChain } from '@greenroom/protocol';
import { nodeSha256, SealingKey } from '@greenroom/protocol/node';
import { verifyBundle } from './verifyBundle';

const sessionId = '019a3f5e-7c00-7000-8000-000000000001';

/** The lines of a sealed session of some events. */
function aBundle(events = 5): string[] {
  const key = SealingKey.generate();
  const genesis = {
    cluster_uid: 'cluster',
    agent_uid: 'agent',
    key_id: key.keyId,
    policy_digest: 'none',
  };
  const chain = SessionChain.begin(sessionId, genesis, nodeSha256);
  const entries = Array.from({ length: events }, (_, index) =>
    chain.append(
      canonicalJson({ session_id: sessionId, seq: index + 1, text: 'x' }),
      randomBytes(16),
    ),
  );
  const seal = sealChain(
    {
      session_id: sessionId,
      key_id: key.keyId,
      ...chain.head,
      ts: '2026-01-01T00:00:00.000000Z',
      final: true,
    },
    bytes => key.sign(bytes),
  );
  return [
    { record: 'meta', session_id: sessionId, genesis },
    {
      record: 'key',
      key_id: key.keyId,
      public_key: Buffer.from(key.publicKey).toString('base64'),
    },
    ...entries.map(entry => ({ record: 'entry', epoch: 1, ...entry })),
    { record: 'seal', ...seal },
  ].map(record => JSON.stringify(record));
}

describe('an exported bundle', () => {
  it('is intact as it was exported', () => {
    expect(verifyBundle(aBundle())).toMatchObject({
      outcome: 'intact',
      verified: 5,
    });
  });

  it('is altered when a byte of an entry was changed, and names it', () => {
    const lines = aBundle();
    lines[4] = lines[4].replace('"text\\":\\"x', '"text\\":\\"y');
    expect(verifyBundle(lines)).toMatchObject({
      outcome: 'altered',
      at: { seq: 3 },
    });
  });

  it('has a gap when an entry is left out', () => {
    const lines = aBundle();
    lines.splice(4, 1);
    expect(verifyBundle(lines)).toMatchObject({ outcome: 'gap', from: 3 });
  });

  it('is unsealed without its seal', () => {
    expect(verifyBundle(aBundle().slice(0, -1)).outcome).toBe('unsealed');
  });

  it('cannot be verified without the key', () => {
    const lines = aBundle();
    lines.splice(1, 1);
    expect(verifyBundle(lines).outcome).toBe('unverifiable');
  });

  it('says what is wrong with a file that is none', () => {
    expect(() => verifyBundle(['hello'])).toThrow(
      'This is no exported session',
    );
    expect(() => verifyBundle([])).toThrow('it has no meta record');
  });
});
