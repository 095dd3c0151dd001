import {
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { JournalError } from './JournalError';

const datasync = promisify(fdatasync);

const CREATE_READ_WRITE = constants.O_RDWR | constants.O_CREAT;

/** Sessions whose files are kept open; more are closed and opened again as needed. */
const MAX_OPEN = 256;
/** A session id becomes a path. */
const SESSION_ID = /^[0-9a-zA-Z][0-9a-zA-Z-]{0,63}$/;

/** Where a session's files lie below the journal's folder. Ids end in random digits, so that folders stay small. */
export function sessionDirectory(root: string, sessionId: string): string {
  if (!SESSION_ID.test(sessionId)) {
    throw new JournalError(
      'Invalid',
      `"${sessionId.slice(
        0,
        80,
      )}" is no session id: letters, digits and dashes only, at most 64.`,
    );
  }
  return join(root, 'sessions', sessionId.slice(-2).toLowerCase(), sessionId);
}

/** File of a session's records. */
export function eventsFile(root: string, sessionId: string): string {
  return join(sessionDirectory(root, sessionId), 'events.log');
}

/** File of a session's snapshot. */
export function snapshotFile(root: string, sessionId: string): string {
  return join(sessionDirectory(root, sessionId), 'state.json');
}

/** Ids of all sessions in a journal, in no order. */
export function* listSessionIds(root: string): Generator<string> {
  const sessions = join(root, 'sessions');
  for (const shard of readDirectory(sessions)) {
    yield* readDirectory(join(sessions, shard));
  }
}

/** The sessions' own files, written in place and synced apart from that. */
export class SessionFiles {
  readonly #root: string;
  /** Least recently used first. */
  readonly #open = new Map<string, number>();
  /** Being synced: a descriptor that is closed meanwhile could already name another file. */
  readonly #syncing = new Map<string, number>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Writes bytes at their place; durable only after {@link sync}. */
  write(sessionId: string, offset: number, bytes: Buffer): void {
    const descriptor = this.#descriptor(sessionId);
    let written = 0;
    while (written < bytes.length) {
      written += writeSync(
        descriptor,
        bytes,
        written,
        bytes.length - written,
        offset + written,
      );
    }
  }

  size(sessionId: string): number {
    return fstatSync(this.#descriptor(sessionId)).size;
  }

  truncate(sessionId: string, size: number): void {
    ftruncateSync(this.#descriptor(sessionId), size);
  }

  async sync(sessionId: string): Promise<void> {
    const descriptor = this.#descriptor(sessionId);
    this.#syncing.set(sessionId, (this.#syncing.get(sessionId) ?? 0) + 1);
    try {
      await datasync(descriptor);
    } finally {
      const others = this.#syncing.get(sessionId)! - 1;
      if (others) this.#syncing.set(sessionId, others);
      else this.#syncing.delete(sessionId);
    }
  }

  /** Closes a session's file unless it is being synced. */
  close(sessionId: string): void {
    const descriptor = this.#open.get(sessionId);
    if (descriptor === undefined || this.#syncing.has(sessionId)) return;
    this.#open.delete(sessionId);
    closeSync(descriptor);
  }

  closeAll(): void {
    for (const sessionId of [...this.#open.keys()]) this.close(sessionId);
  }

  #descriptor(sessionId: string): number {
    const known = this.#open.get(sessionId);
    if (known !== undefined) {
      this.#open.delete(sessionId);
      this.#open.set(sessionId, known);
      return known;
    }
    mkdirSync(sessionDirectory(this.#root, sessionId), { recursive: true });
    const file = eventsFile(this.#root, sessionId);
    // Created if missing, never truncated, written at offsets.
    const descriptor = openSync(file, CREATE_READ_WRITE, 0o640);
    this.#open.set(sessionId, descriptor);
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= MAX_OPEN) break;
      this.close(oldest);
    }
    return descriptor;
  }
}

function readDirectory(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
