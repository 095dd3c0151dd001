import { crc32 } from 'node:zlib';

/** Bytes before each record: length and CRC-32 of the payload, both unsigned 32-bit big-endian. */
export const RECORD_HEADER_BYTES = 8;
/** Twice the largest ingest frame: anything longer is a damaged header, not a record. */
export const LARGEST_RECORD_BYTES = 2 * 1024 * 1024;

/** Frames one payload for the log. */
export function encodeRecord(payload: string): Buffer {
  const bytes = Buffer.byteLength(payload);
  if (bytes > LARGEST_RECORD_BYTES) {
    throw new RangeError(
      `A log record of ${bytes} bytes is larger than ${LARGEST_RECORD_BYTES}.`,
    );
  }
  const record = Buffer.allocUnsafe(RECORD_HEADER_BYTES + bytes);
  record.write(payload, RECORD_HEADER_BYTES, 'utf8');
  record.writeUInt32BE(bytes, 0);
  record.writeUInt32BE(crc32(record.subarray(RECORD_HEADER_BYTES)), 4);
  return record;
}

/** What lies in a log file: its whole records, and where the first one that is not whole begins. */
export interface DecodedLog {
  payloads: string[];
  /** Length of the intact part, in bytes. */
  intactBytes: number;
}

/** Reads records until the end or the first that is torn or damaged. Never throws, whatever the bytes. */
export function decodeRecords(bytes: Buffer): DecodedLog {
  const payloads: string[] = [];
  let offset = 0;
  while (offset + RECORD_HEADER_BYTES <= bytes.length) {
    const length = bytes.readUInt32BE(offset);
    const end = offset + RECORD_HEADER_BYTES + length;
    // A run of zeroes, as some file systems leave after a crash, would read as empty records with a right CRC.
    if (length === 0 || length > LARGEST_RECORD_BYTES || end > bytes.length)
      break;
    const payload = bytes.subarray(offset + RECORD_HEADER_BYTES, end);
    if (crc32(payload) !== bytes.readUInt32BE(offset + 4)) break;
    payloads.push(payload.toString('utf8'));
    offset = end;
  }
  return { payloads, intactBytes: offset };
}
