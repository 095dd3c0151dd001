import {
  open,
  readdir,
  readFile,
  unlink,
  type FileHandle,
} from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { syncDirectory } from './syncDirectory';

/** Bytes that belong at a place of a session's file. */
export interface WalFrame {
  sessionId: string;
  offset: number;
  bytes: Buffer;
}

/** A frame found again, and the segment it lies in. */
export interface RecoveredFrame extends WalFrame {
  segment: number;
}

const SUFFIX = '.wal';
/** Length of the rest, CRC-32 of the rest. */
const HEADER_BYTES = 8;
/** A group commit never comes near it. */
const MAX_FRAME_BYTES = 64 * 1024 * 1024;

/**
 * One file that takes the bytes of all sessions, so that one `fdatasync` makes a whole group durable however many sessions it touches.
 * Segments live until what they hold is synced in the sessions' own files.
 */
export class WriteAheadLog {
  readonly #directory: string;
  #segment: number;
  #file: FileHandle | undefined;
  #bytes = 0;

  /** @param segment - number of the first segment to write; it must not exist yet. */
  constructor(directory: string, segment: number) {
    this.#directory = directory;
    this.#segment = segment;
  }

  /** The segment that is being written. */
  get segment(): number {
    return this.#segment;
  }

  /** Bytes in the segment that is being written. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Makes the frames durable and calls `store`; all or, if either fails, nothing. Calls must not overlap.
   */
  async commit(frames: readonly WalFrame[], store: () => void): Promise<void> {
    const file = (this.#file ??= await this.#openSegment());
    const bytes = Buffer.concat(frames.map(encodeFrame));
    try {
      await writeFully(file, bytes, this.#bytes);
      await file.datasync();
      store();
      this.#bytes += bytes.length;
    } catch (error) {
      await this.#abandonTail(file);
      throw error;
    }
  }

  /** Begins a new segment and returns its number; all older ones are complete. */
  async rotate(): Promise<number> {
    await this.#file?.close();
    this.#file = undefined;
    this.#bytes = 0;
    return ++this.#segment;
  }

  /** Removes all segments before `segment`. */
  async removeBefore(segment: number): Promise<void> {
    for (const number of await listSegments(this.#directory)) {
      if (number < segment) await unlink(segmentFile(this.#directory, number));
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  async #openSegment(): Promise<FileHandle> {
    const file = await open(segmentFile(this.#directory, this.#segment), 'wx');
    await syncDirectory(this.#directory);
    return file;
  }

  /** What was written of a group that failed must never be found again: its sender was told that it failed. */
  async #abandonTail(file: FileHandle): Promise<void> {
    try {
      await file.truncate(this.#bytes);
      await file.datasync();
    } catch {
      // The file cannot be trusted any more; what it holds up to here was synced, so a new segment goes on.
      await file.close().catch(() => undefined);
      this.#file = undefined;
      this.#segment++;
      this.#bytes = 0;
    }
  }
}

/** Numbers of the segments in a folder, oldest first. */
export async function listSegments(directory: string): Promise<number[]> {
  const numbers: number[] = [];
  for (const name of await readdir(directory)) {
    if (/^\d+\.wal$/.test(name)) numbers.push(Number.parseInt(name, 10));
  }
  return numbers.sort((a, b) => a - b);
}

/** All whole frames of all segments in order. A segment ends at its first torn frame: what follows was never acknowledged. */
export async function* recoverFrames(
  directory: string,
): AsyncGenerator<RecoveredFrame> {
  for (const segment of await listSegments(directory)) {
    const bytes = await readFile(segmentFile(directory, segment));
    let offset = 0;
    for (;;) {
      const found = decodeFrame(bytes, offset);
      if (!found) break;
      offset = found.end;
      yield { ...found.frame, segment };
    }
  }
}

function segmentFile(directory: string, segment: number): string {
  return join(directory, String(segment).padStart(12, '0') + SUFFIX);
}

function encodeFrame({ sessionId, offset, bytes }: WalFrame): Buffer {
  const id = Buffer.from(sessionId);
  const rest = Buffer.allocUnsafe(1 + id.length + 8 + bytes.length);
  rest.writeUInt8(id.length, 0);
  id.copy(rest, 1);
  rest.writeBigUInt64BE(BigInt(offset), 1 + id.length);
  bytes.copy(rest, 9 + id.length);
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header.writeUInt32BE(rest.length, 0);
  header.writeUInt32BE(crc32(rest), 4);
  return Buffer.concat([header, rest]);
}

function decodeFrame(
  bytes: Buffer,
  offset: number,
): { frame: WalFrame; end: number } | undefined {
  if (bytes.length - offset < HEADER_BYTES) return undefined;
  const length = bytes.readUInt32BE(offset);
  const start = offset + HEADER_BYTES;
  if (length < 10 || length > MAX_FRAME_BYTES) return undefined;
  if (bytes.length - start < length) return undefined;
  const rest = bytes.subarray(start, start + length);
  if (crc32(rest) !== bytes.readUInt32BE(offset + 4)) return undefined;
  const idLength = rest.readUInt8(0);
  if (rest.length < 9 + idLength) return undefined;
  return {
    frame: {
      sessionId: rest.toString('utf8', 1, 1 + idLength),
      offset: Number(rest.readBigUInt64BE(1 + idLength)),
      bytes: rest.subarray(9 + idLength),
    },
    end: start + length,
  };
}

async function writeFully(
  file: FileHandle,
  bytes: Buffer,
  position: number,
): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const result = await file.write(
      bytes,
      written,
      bytes.length - written,
      position + written,
    );
    written += result.bytesWritten;
  }
}
