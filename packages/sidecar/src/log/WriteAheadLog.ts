import {
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  type FileHandle,
} from 'node:fs/promises';
import { join } from 'node:path';
import { decodeRecords, encodeRecord } from './recordCodec';

/** What was found when a log was opened. */
export interface OpenedLog {
  log: WriteAheadLog;
  /** Payloads in the order they were written. */
  payloads: string[];
  /** Bytes at the end that were torn or damaged and have been cut off. */
  tornBytes: number;
}

interface Waiting {
  /** One record, or all records that replace whatever came before. */
  bytes: Buffer;
  replacesAll: boolean;
  resolve(): void;
  reject(error: Error): void;
}

const SEGMENT = /^([0-9]{10})\.log$/;

function segmentName(number: number): string {
  return `${String(number).padStart(10, '0')}.log`;
}

/**
 * An append-only log with group commit: whatever arrives while the disk is busy goes out with the next `fdatasync`, so that
 * one slow disk costs each record one wait and not one each.
 *
 * A log is one segment file; compaction writes a new one beside it and removes the old one, so that a crash at any byte leaves
 * either the old log whole or the new one.
 */
export class WriteAheadLog {
  private waiting: Waiting[] = [];
  private flushing: Promise<void> | undefined;
  private failure: Error | undefined;
  private bytes: number;

  private constructor(
    private readonly folder: string,
    private file: FileHandle,
    private segment: number,
    bytes: number,
  ) {
    this.bytes = bytes;
  }

  /** Opens the log in a folder, which is made, and cuts a torn tail off. */
  static async open(folder: string): Promise<OpenedLog> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const segments = (await readdir(folder))
      .map(name => Number(SEGMENT.exec(name)?.[1] ?? Number.NaN))
      .filter(Number.isSafeInteger)
      .sort((a, b) => b - a);
    const [latest = 1, ...older] = segments;
    const path = join(folder, segmentName(latest));
    const content =
      segments.length > 0 ? await readFile(path) : Buffer.alloc(0);
    const { payloads, intactBytes } = decodeRecords(content);
    const file = await open(path, 'a', 0o600);
    if (intactBytes < content.length) {
      await file.truncate(intactBytes);
      await file.datasync();
    }
    await syncFolder(folder);
    // A segment is renamed into place only when it is complete, so older ones are left over from a compaction.
    for (const number of older)
      await rm(join(folder, segmentName(number)), { force: true });
    return {
      log: new WriteAheadLog(folder, file, latest, intactBytes),
      payloads,
      tornBytes: content.length - intactBytes,
    };
  }

  /** Size of the log on disk, in bytes. */
  get size(): number {
    return this.bytes;
  }

  /**
   * Appends one record. Records reach the disk in the order of the calls.
   *
   * @returns when the record is on the disk
   * @throws the disk's error; the log takes nothing more after one, for what follows would not be in order
   */
  append(payload: string): Promise<void> {
    return this.enqueue(encodeRecord(payload), false);
  }

  /** Replaces everything appended before this call by these records; what is appended after it follows them. */
  compact(payloads: readonly string[]): Promise<void> {
    return this.enqueue(Buffer.concat(payloads.map(encodeRecord)), true);
  }

  /** Waits for what was appended, then closes the file. */
  async close(): Promise<void> {
    await this.flushing;
    await this.file.close();
  }

  private enqueue(bytes: Buffer, replacesAll: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.failure) {
        reject(this.failure);
        return;
      }
      this.waiting.push({ bytes, replacesAll, resolve, reject });
      this.flushing ??= this.flush();
    });
  }

  private async flush(): Promise<void> {
    // Lets everything that was appended in this turn of the event loop share the first write.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      try {
        const start = batch.findLastIndex(({ replacesAll }) => replacesAll);
        const bytes = Buffer.concat(
          batch.slice(Math.max(start, 0)).map(each => each.bytes),
        );
        if (start >= 0) await this.replace(bytes);
        else await this.extend(bytes);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        this.fail(error as Error, batch);
      }
    }
    this.flushing = undefined;
  }

  private async extend(bytes: Buffer): Promise<void> {
    await this.file.appendFile(bytes);
    await this.file.datasync();
    this.bytes += bytes.length;
  }

  private async replace(bytes: Buffer): Promise<void> {
    const next = this.segment + 1;
    const path = join(this.folder, segmentName(next));
    const temporary = `${path}.partial`;
    const file = await open(temporary, 'w', 0o600);
    await file.writeFile(bytes);
    await file.datasync();
    await file.close();
    await rename(temporary, path);
    await syncFolder(this.folder);
    const old = this.file;
    this.file = await open(path, 'a', 0o600);
    this.bytes = bytes.length;
    await old.close();
    await rm(join(this.folder, segmentName(this.segment)), { force: true });
    this.segment = next;
  }

  private fail(error: Error, batch: readonly Waiting[]): void {
    this.failure = new Error(
      `The sidecar's log in "${this.folder}" cannot be written: ${error.message}. Free space on the volume; the sidecar restarts and continues from its log.`,
      { cause: error },
    );
    for (const { reject } of [...batch, ...this.waiting]) reject(this.failure);
    this.waiting = [];
  }
}

/** Makes renames and new files in a folder durable. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
