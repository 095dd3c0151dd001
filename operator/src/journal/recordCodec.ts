import { crc32 } from 'node:zlib';

/**
 * What a session's file consists of. Each record is a header of 12 bytes (magic `GR`, type, zero, length, CRC-32 of type and payload;
 * numbers big-endian) and its payload.
 */
export const recordTypes = { meta: 1, fence: 2, entry: 3, seal: 4 } as const;

export type RecordType = (typeof recordTypes)[keyof typeof recordTypes];

const MAGIC = 0x4752;
export const HEADER_BYTES = 12;
/** Above the largest frame a sidecar may send (1 MiB of JSON), so anything longer is damage. */
const MAX_PAYLOAD_BYTES = 4 * 1024 * 1024;

/** A record as it lies in a file. */
export interface RawRecord {
  type: RecordType;
  payload: Buffer;
  /** Where its header begins, and where the next record begins. */
  offset: number;
  end: number;
}

/** The bytes of one record. */
export function encodeRecord(type: RecordType, payload: Buffer): Buffer {
  const record = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  record.writeUInt16BE(MAGIC, 0);
  record.writeUInt8(type, 2);
  record.writeUInt8(0, 3);
  record.writeUInt32BE(payload.length, 4);
  record.writeUInt32BE(checksum(type, payload), 8);
  payload.copy(record, HEADER_BYTES);
  return record;
}

/** The record at `offset` of `bytes`, whose first byte lies at `base` in the file; `undefined` if there is no whole, sound one. */
export function decodeRecord(
  bytes: Buffer,
  offset: number,
  base = 0,
): RawRecord | undefined {
  if (bytes.length - offset < HEADER_BYTES) return undefined;
  if (bytes.readUInt16BE(offset) !== MAGIC) return undefined;
  const type = bytes.readUInt8(offset + 2);
  if (!isRecordType(type) || bytes.readUInt8(offset + 3) !== 0) {
    return undefined;
  }
  const length = bytes.readUInt32BE(offset + 4);
  const start = offset + HEADER_BYTES;
  if (length > MAX_PAYLOAD_BYTES || bytes.length - start < length) {
    return undefined;
  }
  const payload = bytes.subarray(start, start + length);
  if (bytes.readUInt32BE(offset + 8) !== checksum(type, payload)) {
    return undefined;
  }
  return { type, payload, offset: base + offset, end: base + start + length };
}

/** How many bytes the record at `offset` claims to have; `undefined` if its header is unsound or cut. */
export function claimedLength(
  bytes: Buffer,
  offset: number,
): number | undefined {
  if (bytes.length - offset < HEADER_BYTES) return undefined;
  if (bytes.readUInt16BE(offset) !== MAGIC) return undefined;
  const length = bytes.readUInt32BE(offset + 4);
  return length > MAX_PAYLOAD_BYTES ? undefined : HEADER_BYTES + length;
}

function checksum(type: number, payload: Buffer): number {
  return crc32(payload, type);
}

function isRecordType(type: number): type is RecordType {
  return type >= recordTypes.meta && type <= recordTypes.seal;
}
