import * as fc from 'fast-check';
import {
  nodeSha256,
  nodeVerifySignature,
  SealingKey,
} from '@greenroom/protocol/node';
import { canonicalJson } from '../canonical/canonicalJson';
import { decodeBase64 } from '../encoding/base64';
import vectors from '../../vectors/chain.json';
import { ChainHasher } from './ChainHasher';
import { sealChain, type Seal } from './Seal';
import { SessionChain } from './SessionChain';
import type { StoredEntry, VerifySessionOptions } from './Verification';
import { verifySession } from './verifySession';

type WholeEntry = Extract<StoredEntry, { body: string }>;

const vectorKeys = new Map([
  [vectors.genesis.key_id, decodeBase64(vectors.public_key)!],
]);
const vectorSeals = vectors.seals as Seal[];

function verify(overrides: Partial<VerifySessionOptions> = {}) {
  return verifySession({
    sessionId: vectors.session_id,
    entries: vectors.entries.map(({ seq, body, salt, hash }) => ({
      seq,
      body,
      salt,
      hash,
    })),
    seals: vectorSeals,
    keys: vectorKeys,
    sha256: nodeSha256,
    verifySignature: nodeVerifySignature,
    ...overrides,
  });
}

describe('the golden chain', () => {
  const hasher = new ChainHasher(vectors.session_id, nodeSha256);

  it('begins with the genesis hash of its session', () => {
    expect(hasher.genesis(vectors.genesis)).toBe(vectors.genesis_hash);
  });

  it('is made link by link from the same bodies and salts', () => {
    const chain = SessionChain.begin(
      vectors.session_id,
      vectors.genesis,
      nodeSha256,
    );
    for (const { commitment, ...entry } of vectors.entries) {
      const salt = decodeBase64(entry.salt)!;
      expect(hasher.commitment(entry.salt, entry.body)).toBe(commitment);
      expect(canonicalJson(JSON.parse(entry.body))).toBe(entry.body);
      expect(chain.append(entry.body, salt)).toEqual(entry);
    }
    const last = vectors.entries[vectors.entries.length - 1];
    expect(chain.head).toEqual({ seq: last.seq, hash: last.hash });
  });

  it('verifies, with the genesis from its first event or from elsewhere', () => {
    expect(verify()).toEqual({
      outcome: 'intact',
      sessionId: vectors.session_id,
      verified: 6,
      sealedSeq: 6,
      erased: [],
    });
    expect(verify({ genesis: vectors.genesis }).outcome).toBe('intact');
  });
});

const key = SealingKey.generate();
const keys = new Map([[key.keyId, key.publicKey]]);
const genesis = { ...vectors.genesis, key_id: key.keyId };

function aRecord(count: number, sealAt: readonly number[]) {
  const chain = SessionChain.begin(vectors.session_id, genesis, nodeSha256);
  const entries = Array.from({ length: count }, (_, index) =>
    chain.append(
      canonicalJson({ seq: index + 1, payload: index ? {} : { genesis } }),
      new Uint8Array(16).fill(index),
    ),
  ) as WholeEntry[];
  const seals = sealAt.map(seq => sealOf(entries, seq, seq === count));
  return { entries, seals };
}

function sealOf(entries: readonly WholeEntry[], seq: number, final: boolean) {
  return sealChain(
    {
      session_id: vectors.session_id,
      key_id: key.keyId,
      seq,
      hash: entries[seq - 1].hash,
      ts: '2026-11-21T09:30:00.000000Z',
      final,
    },
    key.sign,
  );
}

const check = (entries: readonly StoredEntry[], seals: readonly Seal[]) =>
  verify({ entries, seals, keys });

describe('verifySession', () => {
  const { entries, seals } = aRecord(9, [4, 9]);

  it('calls a record without a final seal unsealed, never complete', () => {
    expect(check(entries, [seals[0]])).toMatchObject({
      outcome: 'unsealed',
      verified: 9,
      sealedSeq: 4,
    });
    expect(check(entries.slice(0, 5), [seals[0]])).toMatchObject({
      outcome: 'unsealed',
      verified: 5,
    });
  });

  it('names the first entry with a flipped byte, and both hashes', () => {
    for (const field of ['body', 'salt', 'hash'] as const) {
      for (let at = 0; at < entries.length; at += 1) {
        const changed = entries.map((entry, index) =>
          index === at ? { ...entry, [field]: flip(entry[field]) } : entry,
        );
        const found = check(changed, seals);
        expect(found).toMatchObject({
          outcome: 'altered',
          at: { seq: at + 1, expected: changed[at].hash },
        });
      }
    }
  });

  it('finds any byte of a seal that was changed', () => {
    for (const field of ['hash', 'ts', 'signature'] as const) {
      const forged = { ...seals[0], [field]: flip(seals[0][field]) };
      expect(check(entries, [forged, seals[1]]).outcome).toBe('altered');
    }
    expect(check(entries, [{ ...seals[0], final: true }])).toMatchObject({
      outcome: 'altered',
      at: { seq: 1, what: 'signature' },
    });
  });

  it('names what is missing when rows are dropped', () => {
    expect(
      check([...entries.slice(0, 3), ...entries.slice(5)], seals),
    ).toMatchObject({ outcome: 'gap', from: 4, to: 5 });
    expect(check(entries.slice(1), seals)).toMatchObject({
      outcome: 'gap',
      from: 1,
      to: 1,
    });
    expect(check(entries.slice(0, 7), seals)).toMatchObject({
      outcome: 'gap',
      from: 8,
      to: 9,
    });
    expect(check([], seals)).toMatchObject({ outcome: 'gap', from: 1, to: 9 });
  });

  it('finds swapped, repeated and inserted rows', () => {
    const swapped = [...entries];
    [swapped[2], swapped[3]] = [swapped[3], swapped[2]];
    expect(check(swapped, seals).outcome).toBe('gap');
    const exchanged = entries.map((entry, index) => {
      if (index === 2) return { ...entries[3], seq: 3 };
      return index === 3 ? { ...entries[2], seq: 4 } : entry;
    });
    expect(check(exchanged, seals)).toMatchObject({
      outcome: 'altered',
      at: { seq: 3 },
    });
    expect(
      check([...entries.slice(0, 3), entries[2], ...entries.slice(3)], seals),
    ).toMatchObject({ outcome: 'altered', at: { seq: 4, what: 'entry' } });
    expect(
      check([...entries, { ...entries[8], seq: 10 }], seals),
    ).toMatchObject({ outcome: 'altered', at: { seq: 10, what: 'end' } });
  });

  it('finds a whole history rewritten with recomputed hashes', () => {
    const chain = SessionChain.begin(vectors.session_id, genesis, nodeSha256);
    const rewritten = entries.map(({ body, salt }, index) =>
      chain.append(index === 5 ? flip(body) : body, decodeBase64(salt)!),
    );
    expect(check(rewritten, seals)).toMatchObject({
      outcome: 'altered',
      verified: 9,
      sealedSeq: 4,
      at: {
        seq: 5,
        what: 'seal',
        expected: entries[8].hash,
        found: rewritten[8].hash,
      },
    });
  });

  it('finds a chain that begins with another genesis than the one known', () => {
    expect(
      verify({
        entries,
        seals,
        keys,
        genesis: { ...genesis, cluster_uid: 'another' },
      }),
    ).toMatchObject({ outcome: 'altered', at: { seq: 1 } });
    const chain = SessionChain.begin(vectors.session_id, genesis, nodeSha256);
    const silent = [chain.append('{}', new Uint8Array(16))];
    expect(check(silent, [])).toMatchObject({
      outcome: 'altered',
      at: { seq: 1, what: 'genesis' },
    });
  });

  it('cannot verify without the key, and says which', () => {
    expect(verify({ entries, seals, keys: new Map() })).toMatchObject({
      outcome: 'unverifiable',
      keyId: key.keyId,
    });
  });

  it('a seal of another session does not count', () => {
    const foreign = sealChain(
      { ...seals[1], session_id: '0193a5b0-7c1e-7d32-9a44-5b1f0c6e2d12' },
      key.sign,
    );
    expect(check(entries, [foreign]).outcome).toBe('altered');
  });

  it('says which bodies were erased, and still verifies the chain over them', () => {
    const hasher = new ChainHasher(vectors.session_id, nodeSha256);
    const erase = ({ seq, body, salt, hash }: WholeEntry): StoredEntry => ({
      seq,
      hash,
      erasedBy: 'request-7',
      commitment: hasher.commitment(salt, body)!,
    });
    const erased = entries.map(entry =>
      entry.seq === 5 ? erase(entry) : entry,
    );
    expect(check(erased, seals)).toMatchObject({
      outcome: 'intact',
      erased: [{ seq: 5, request: 'request-7' }],
    });
    expect(
      verify({ entries: entries.map(erase), seals, keys, genesis }).outcome,
    ).toBe('intact');
  });

  it('any one change to any one place of any record is found', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.nat(),
        fc.constantFrom('drop', 'flip', 'repeat', 'cut'),
        (count, where, how) => {
          const record = aRecord(count, [count]);
          const at = where % count;
          const changed = change(record.entries, at, how);
          expect(check(record.entries, record.seals).outcome).toBe('intact');
          expect(['altered', 'gap']).toContain(
            check(changed, record.seals).outcome,
          );
        },
      ),
    );
  });
});

describe('SessionChain', () => {
  it('goes on from any head as if it had never stopped', () => {
    const { entries } = aRecord(6, []);
    const chain = SessionChain.resume(
      vectors.session_id,
      { seq: 3, hash: entries[2].hash },
      nodeSha256,
    );
    expect(
      chain.append(entries[3].body, decodeBase64(entries[3].salt)!),
    ).toEqual(entries[3]);
    expect(chain.extend(entries[4])).toEqual({ accepted: true });
    expect(chain.extend(entries[4])).toMatchObject({ reason: 'repeat' });
    expect(chain.extend({ ...entries[5], seq: 7 })).toMatchObject({
      reason: 'gap',
    });
    expect(chain.extend({ ...entries[5], body: '{}' })).toMatchObject({
      reason: 'altered',
    });
    expect(chain.head.seq).toBe(5);
    expect(chain.extend(entries[5])).toEqual({ accepted: true });
  });
});

function change(entries: readonly StoredEntry[], at: number, how: string) {
  const before = entries.slice(0, at);
  const entry = entries[at] as WholeEntry;
  const after = entries.slice(at + 1);
  if (how === 'drop') return [...before, ...after];
  if (how === 'flip')
    return [...before, { ...entry, body: flip(entry.body) }, ...after];
  if (how === 'repeat') return [...before, entry, entry, ...after];
  return before;
}

/** Changes the last character that may be changed without breaking the text's alphabet. */
function flip(text: string): string {
  const at = text.length - 4;
  const other = text[at] === '1' ? '2' : '1';
  return text.slice(0, at) + other + text.slice(at + 1);
}
