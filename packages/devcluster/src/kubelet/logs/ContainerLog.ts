import { EventEmitter, once } from 'node:events';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';

/** A line longer than this is written in parts, as containerd does. */
const MAX_LINE_BYTES = 16 * 1024;
/** With more than this still to be written, the container is not read: it waits, as it would on a full pipe. */
const HIGH_WATER_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;

/**
 * The log of one run of a container: a file of lines `<RFC 3339 time> stdout|stderr F|P <text>`, the form in which container runtimes write
 * them. `P` marks a part of a line that goes on in the next.
 */
export class ContainerLog {
  readonly path: string;
  readonly #events = new EventEmitter().setMaxListeners(0);
  readonly #file: Promise<FileHandle>;
  /** Resolves when the file exists, or cannot be made. */
  readonly opened: Promise<void>;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #writing: Promise<void> | undefined;
  #closed = false;

  constructor(path: string) {
    this.path = path;
    this.#file = mkdir(dirname(path), { recursive: true }).then(() =>
      open(path, 'a'),
    );
    this.opened = this.#file.then(
      () => undefined,
      () => undefined, // thrown by the first write
    );
  }

  /** Whether nothing more will come. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Writes down everything that a stream of the container says, until it ends. */
  async record(source: Readable, stream: 'stdout' | 'stderr'): Promise<void> {
    let rest: Buffer = Buffer.alloc(0);
    try {
      for await (const chunk of source as AsyncIterable<Buffer>) {
        this.#events.emit('output', stream, chunk);
        rest = this.#splitLines(
          rest.length ? Buffer.concat([rest, chunk]) : chunk,
          stream,
        );
        if (this.#pendingBytes > HIGH_WATER_BYTES) await this.#writing;
      }
    } catch {
      // A stream that breaks has said all it will.
    }
    // A last line without an end is shown without one.
    if (rest.length) this.#append(stream, 'P', rest);
  }

  /** Writes what is left and tells followers that the log has ended. */
  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#writing;
    this.#closed = true;
    await this.#file.then(file => file.close()).catch(() => undefined);
    this.#events.emit('change');
  }

  /** Gives `listener` everything the container says from now on, as it says it; returns the function that ends it. */
  tap(
    listener: (stream: 'stdout' | 'stderr', chunk: Buffer) => void,
  ): () => void {
    this.#events.on('output', listener);
    return () => this.#events.off('output', listener);
  }

  /** Resolves when more was written or the log was closed; rejects when the signal aborts. */
  async changed(signal: AbortSignal): Promise<void> {
    await once(this.#events, 'change', { signal });
  }

  #splitLines(data: Buffer, stream: 'stdout' | 'stderr'): Buffer {
    let start = 0;
    for (;;) {
      const newline = data.indexOf(NEWLINE, start);
      const end = newline < 0 ? data.length : newline;
      while (end - start > MAX_LINE_BYTES) {
        const part = data.subarray(start, start + MAX_LINE_BYTES);
        this.#append(stream, 'P', part);
        start += MAX_LINE_BYTES;
      }
      if (newline < 0) return data.subarray(start);
      this.#append(stream, 'F', data.subarray(start, newline));
      start = newline + 1;
    }
  }

  #append(stream: string, tag: 'F' | 'P', text: Buffer): void {
    const head = Buffer.from(`${now()} ${stream} ${tag} `);
    this.#pending.push(head, text, Buffer.from('\n'));
    this.#pendingBytes += head.length + text.length + 1;
    this.#writing ??= this.#write();
  }

  async #write(): Promise<void> {
    try {
      const file = await this.#file;
      while (this.#pending.length) {
        const batch = Buffer.concat(this.#pending);
        this.#pending = [];
        this.#pendingBytes = 0;
        await file.appendFile(batch);
        this.#events.emit('change');
      }
    } catch {
      // A full disk costs the log, not the container, as on a real node.
      this.#pending = [];
      this.#pendingBytes = 0;
    } finally {
      this.#writing = undefined;
    }
  }
}

/** RFC 3339 with nine digits, of which the clock knows six. */
function now(): string {
  const at = performance.timeOrigin + performance.now();
  const whole = Math.floor(at);
  const micros = String(Math.floor((at - whole) * 1000)).padStart(3, '0');
  return new Date(whole).toISOString().replace('Z', `${micros}000Z`);
}
