import type { Readable, Writable } from 'node:stream';

/** How a container's process ended. */
export interface ProcessExit {
  /** 0–255; 128 + the signal's number if a signal ended it. */
  exitCode: number;
  signal?: number;
}

/** The first process of a container, the leader of its group, with its streams. */
export interface Leader {
  readonly pid: number;
  readonly stdin: Writable | undefined;
  readonly stdout: Readable;
  /** Absent on a terminal, which has one stream. */
  readonly stderr: Readable | undefined;
  /** Settles when the process has ended. */
  readonly exited: Promise<ProcessExit>;
  /** Settles when nothing more will come from its streams. */
  readonly closed: Promise<unknown>;
  /** Sets the size of its terminal, if it has one. */
  resize(columns: number, rows: number): void;
}
