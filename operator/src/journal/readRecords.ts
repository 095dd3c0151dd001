import { closeSync, openSync, readSync } from 'node:fs';
import { claimedLength, decodeRecord, type RawRecord } from './recordCodec';

const CHUNK_BYTES = 256 * 1024;

/** How a scan ended: at the end of the file, or at bytes that are no sound record. */
export interface ScanResult {
  /** Where the last sound record ends. */
  end: number;
  /** Whether bytes follow that are no sound record. */
  hasUnsoundTail: boolean;
}

/** Calls `visit` for each sound record from `from` on, until it answers `false`. Reads in chunks, so a large file takes little memory. */
export function scanRecords(
  file: string,
  from: number,
  visit: (record: RawRecord) => boolean | void,
): ScanResult {
  const descriptor = openSync(file, 'r');
  try {
    return scan(descriptor, from, visit);
  } finally {
    closeSync(descriptor);
  }
}

function scan(
  descriptor: number,
  from: number,
  visit: (record: RawRecord) => boolean | void,
): ScanResult {
  let base = from;
  let chunk = Buffer.alloc(0);
  let offset = 0;
  for (;;) {
    let record = decodeRecord(chunk, offset, base);
    while (!record) {
      // Not whole in memory yet, or unsound: read on before deciding.
      const lacking =
        (claimedLength(chunk, offset) ?? 0) - chunk.length + offset;
      const more = readAt(
        descriptor,
        base + chunk.length,
        Math.max(CHUNK_BYTES, lacking),
      );
      chunk = Buffer.concat([chunk.subarray(offset), more]);
      base += offset;
      offset = 0;
      record = decodeRecord(chunk, 0, base);
      const isCut = (claimedLength(chunk, 0) ?? 0) > chunk.length;
      if (!more.length || !isCut) break;
    }
    if (!record) {
      return { end: base, hasUnsoundTail: chunk.length > 0 };
    }
    offset = record.end - base;
    if (visit(record) === false) {
      return { end: record.end, hasUnsoundTail: false };
    }
  }
}

function readAt(descriptor: number, position: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(
      descriptor,
      buffer,
      filled,
      length - filled,
      position + filled,
    );
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}
