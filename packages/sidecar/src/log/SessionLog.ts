import type { LogRecord } from './LogRecord';
import { SidecarState } from './SidecarState';
import { WriteAheadLog } from './WriteAheadLog';

/** Rewriting a log of this size takes some 50 ms; below it nobody gains. */
const COMPACT_ABOVE_BYTES = 8 * 1024 * 1024;

/** The sidecar's state and the log that it survives in. */
export class SessionLog {
  private liveBytes: number;

  private constructor(
    private readonly log: WriteAheadLog,
    readonly state: SidecarState,
    /** Bytes cut off a torn end when the log was opened. */
    readonly tornBytes: number,
  ) {
    this.liveBytes = log.size;
  }

  static async open(folder: string): Promise<SessionLog> {
    const { log, payloads, tornBytes } = await WriteAheadLog.open(folder);
    return new SessionLog(log, SidecarState.from(payloads), tornBytes);
  }

  /** Bytes on disk. */
  get size(): number {
    return this.log.size;
  }

  /**
   * Takes records into the state at once and writes them.
   *
   * @returns when they are on the disk; only then may anybody outside hear of them
   */
  async record(...records: LogRecord[]): Promise<void> {
    for (const record of records) this.state.apply(record);
    const written = records.map(record =>
      this.log.append(JSON.stringify(record)),
    );
    this.compactIfWorthIt();
    await Promise.all(written);
  }

  async close(): Promise<void> {
    await this.log.close();
  }

  private compactIfWorthIt(): void {
    // Twice what was alive after the last time, so that the cost of rewriting stays in proportion to what is written.
    if (this.log.size < Math.max(COMPACT_ABOVE_BYTES, 2 * this.liveBytes))
      return;
    const payloads = Array.from(this.state.records(), record =>
      JSON.stringify(record),
    );
    this.liveBytes = payloads.reduce((sum, payload) => sum + payload.length, 0);
    // A failure shows in every later append; there is nothing else to do with it here.
    this.log.compact(payloads).catch(() => undefined);
  }
}
