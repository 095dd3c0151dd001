/** One event as a sidecar sent it: the exact bytes of its canonical JSON, and what binds it into the chain. */
export interface JournalEntry {
  /** Contiguous from 1 over all epochs of the session. */
  seq: number;
  /** In which it was sent; it may have been made in an earlier one, which its body says. */
  epoch: number;
  /** 16 random bytes. */
  salt: Buffer;
  /** SHA-256 of the chain up to here. */
  hash: Buffer;
  /** Canonical JSON of the envelope, UTF-8. */
  body: Buffer;
}

const SALT_BYTES = 16;
const HASH_BYTES = 32;
const FIXED_BYTES = 8 + 8 + SALT_BYTES + HASH_BYTES;

/** Payload of an entry record: seq and epoch (64 bit each), salt, hash, body. */
export function encodeEntry(entry: JournalEntry): Buffer {
  const payload = Buffer.allocUnsafe(FIXED_BYTES + entry.body.length);
  payload.writeBigUInt64BE(BigInt(entry.seq), 0);
  payload.writeBigUInt64BE(BigInt(entry.epoch), 8);
  entry.salt.copy(payload, 16);
  entry.hash.copy(payload, 16 + SALT_BYTES);
  entry.body.copy(payload, FIXED_BYTES);
  return payload;
}

/** The inverse of {@link encodeEntry}; `payload` has passed its checksum. The parts are views of it. */
export function decodeEntry(payload: Buffer): JournalEntry {
  return {
    seq: Number(payload.readBigUInt64BE(0)),
    epoch: Number(payload.readBigUInt64BE(8)),
    salt: payload.subarray(16, 16 + SALT_BYTES),
    hash: payload.subarray(16 + SALT_BYTES, FIXED_BYTES),
    body: payload.subarray(FIXED_BYTES),
  };
}
