/**
 * Writes the golden vectors: `node packages/protocol/vectors/generate.mjs`.
 *
 * A second implementation on purpose: it shares no line with the package, only the design's formulas, so that the
 * vectors can catch a mistake in either. Run it only when the protocol itself changes.
 */
import { createHash, createPrivateKey, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';

const sha256 = (...parts) => {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return digest.digest();
};
const u64 = value => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};
const sorted = value => {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map(key => [key, sorted(value[key])]),
  );
};
const canonical = value => JSON.stringify(sorted(value));
const write = (name, value) =>
  writeFileSync(
    new URL(name, import.meta.url),
    `${JSON.stringify(value, undefined, 2)}\n`,
  );

const sessionId = '0193a5b0-7c1e-7d32-9a44-5b1f0c6e2d11';
const genesis = {
  cluster_uid: 'f4a7b9d2-0c7e-4f6a-9d55-0d6e8c1c2b3a',
  agent_uid: '3f6d3c1e-6f0c-4a6e-8a43-6f2f3d0b6b7a',
  key_id: 'ed25519-vectors',
  policy_digest:
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
};

// A fixed key that seals nothing but these vectors: PKCS 8 around the seed 00 01 02 … 1f.
const seed = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
const privateKey = createPrivateKey({
  key: Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    seed,
  ]),
  format: 'der',
  type: 'pkcs8',
});
const publicKey = Buffer.from(
  '03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8',
  'hex',
);

const payloads = [
  [
    'session.created',
    {
      kind: 'task',
      namespace: 'default',
      name: 'inspect',
      agent: {
        namespace: 'default',
        name: 'repo-doctor',
        uid: genesis.agent_uid,
      },
      mode: 'System',
      interactive: false,
      genesis,
    },
  ],
  [
    'user.message',
    { text: 'Inspect “this” repository.\n\tΔ 🎭', kind: 'task' },
  ],
  ['turn.started', {}],
  ['agent.text', { text: 'Done: <b>&</b>\u2028\u0000\u007f' }],
  ['turn.finished', { outcome: 'completed', answer: 'Done' }],
  ['session.completed', {}],
];
let prev = sha256(
  'greenroom/session-event/genesis/v1\n',
  canonical({ ...genesis, session_id: sessionId }),
);
const genesisHash = prev.toString('hex');
const entries = payloads.map(([type, payload], index) => {
  const seq = index + 1;
  const body = canonical({
    v: 1,
    session_id: sessionId,
    epoch: 1,
    seq,
    id: `e-${seq}`,
    ts: `2026-11-21T09:30:00.00000${seq}Z`,
    type,
    actor: { type: 'agent', id: 'default/repo-doctor' },
    payload,
  });
  const salt = sha256(`salt ${seq}`).subarray(0, 16);
  const commitment = sha256(salt, body);
  prev = sha256(
    'greenroom/session-event/v1\n',
    sessionId,
    u64(seq),
    prev,
    commitment,
  );
  return {
    seq,
    body,
    salt: salt.toString('base64'),
    commitment: commitment.toString('hex'),
    hash: prev.toString('hex'),
  };
});
const seals = [3, 6].map(seq => {
  const seal = {
    v: 1,
    session_id: sessionId,
    key_id: genesis.key_id,
    seq,
    hash: entries[seq - 1].hash,
    ts: '2026-11-21T09:30:10.000000Z',
    final: seq === 6,
  };
  const signature = sign(
    undefined,
    Buffer.from(`greenroom/session-seal/v1\n${canonical(seal)}`),
    privateKey,
  );
  return { ...seal, signature: signature.toString('base64') };
});
write('chain.json', {
  session_id: sessionId,
  genesis,
  genesis_hash: genesisHash,
  public_key: publicKey.toString('base64'),
  entries,
  seals,
});

const frame = (type, flags, stream, payload) => {
  const header = Buffer.alloc(12);
  header[0] = 1;
  header[1] = type;
  header.writeUInt16BE(flags, 2);
  header.writeUInt32BE(stream, 4);
  header.writeUInt32BE(payload.length, 8);
  return Buffer.concat([header, payload]).toString('hex');
};
const text = value => Buffer.from(value);
const frames = [
  ['a control message', 0, 0, 0, text('{"type":"heartbeat"}')],
  ['a control message that goes on', 0, 2, 0, text('{"type":"hel')],
  [
    'the operator opens a shell',
    1,
    0,
    1,
    text('{"grant_id":"g-1","kind":"shell"}'),
  ],
  ['the portal opens logs', 1, 0, 2, text('{"kind":"logs"}')],
  ['data', 0, 0, 1, Buffer.from([0, 255, 128, 10])],
  ['the last data', 0, 1, 1, text('bye')],
  ['an end without data', 0, 1, 4294967295, Buffer.alloc(0)],
  ['a credit of 128 KiB', 2, 0, 1, Buffer.from([0, 2, 0, 0])],
  [
    'a reset for overrun',
    3,
    0,
    2,
    Buffer.concat([Buffer.from([0, 3]), text('too fast')]),
  ],
  ['the longest payload', 0, 0, 3, Buffer.alloc(32768, 0x61)],
  ['an optional type of the future', 200, 65535, 7, text('?')],
];
const withLength = (bytes, length) => {
  const changed = Buffer.from(bytes, 'hex');
  changed.writeUInt32BE(length, 8);
  return changed.toString('hex');
};
const good = frame(0, 0, 1, text('x'));
write('frames.json', {
  frames: frames.map(([name, type, flags, stream, payload]) => ({
    name,
    type,
    flags,
    stream,
    payload: payload.toString('hex'),
    bytes: frame(type, flags, stream, payload),
  })),
  broken: [
    { name: 'version 0', bytes: `00${good.slice(2)}` },
    { name: 'version 2', bytes: `02${good.slice(2)}` },
    { name: 'a payload of 32 KiB and a byte', bytes: withLength(good, 32769) },
    { name: 'a payload of 4 GiB', bytes: withLength(good, 4294967295) },
    { name: 'HTTP', bytes: text('GET / HTTP/1.1\r\n').toString('hex') },
  ],
});
