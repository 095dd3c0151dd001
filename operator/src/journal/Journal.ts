import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Seal, SessionEvent, SessionState } from '@greenroom/protocol';
import type { Logger } from 'pino';
import type { ChainRules } from './chainRules';
import {
  readCheckpoint,
  writeCheckpoint,
  type Checkpointed,
} from './checkpoint';
import type { JournalEntry } from './entryCodec';
import { GroupCommit } from './GroupCommit';
import { JournalError } from './JournalError';
import { loadSession } from './loadSession';
import { recoverJournal } from './recoverJournal';
import { SessionFiles, sessionDirectory } from './SessionFiles';
import {
  firstHead,
  followHead,
  hasEnded,
  type SessionHead,
} from './SessionHead';
import {
  encodeSessionRecord,
  type SessionFence,
  type SessionMeta,
  type SessionRecord,
} from './sessionRecord';
import { writeSessionSnapshot } from './SessionSnapshot';
import { syncDirectory } from './syncDirectory';
import { WriteAheadLog } from './WriteAheadLog';

export interface JournalOptions {
  directory: string;
  rules: ChainRules;
  log: Logger;
  /** Kept with each checkpoint and given back at the next start; for what else is derived from events. */
  derived?: DerivedState;
  now?: () => number;
  /** A checkpoint begins when the write-ahead log is this long; default 16 MiB. */
  checkpointBytes?: number;
}

/** Something that is derived from all events and outlives a restart with the journal's checkpoints. */
export interface DerivedState {
  snapshot(): unknown;
  /** Called once at the start, before any event that the snapshot does not hold. */
  restore(snapshot: unknown): void;
  /** A durable event, in order per session. */
  apply(meta: SessionMeta, event: SessionEvent): void;
}

/** Told about each durable event, after the session's state has it. */
export type JournalListener = (
  meta: SessionMeta,
  events: readonly SessionEvent[],
) => void;

interface OpenSession {
  /** With everything accepted, durable or not: what the next record must follow. */
  accepted: SessionHead;
  durable: SessionHead;
  /** Where the next record goes. */
  bytes: number;
  durableBytes: number;
  /** Changed since its last snapshot. */
  isDirty: boolean;
  usedAt: number;
}

const CHECKPOINT_BYTES = 16 * 1024 * 1024;
/** A session nobody used for so long leaves the memory at the next checkpoint. */
const FORGET_AFTER_MS = 60_000;

/**
 * The record of all sessions: per session one append-only file of exact bytes. What is appended is durable when the promise resolves; a
 * crash at any byte loses nothing of that. One process writes; others may read the files meanwhile.
 */
export class Journal {
  readonly #options: Required<Omit<JournalOptions, 'derived'>> &
    Pick<JournalOptions, 'derived'>;
  readonly #files: SessionFiles;
  readonly #sessions = new Map<string, OpenSession>();
  readonly #listeners = new Set<JournalListener>();
  readonly #wal: WriteAheadLog;
  readonly #group: GroupCommit;
  readonly #newSessions = new Set<string>();
  #checkpointing: Promise<void> | undefined;
  #problem: string | undefined;
  #isClosed = false;
  /** The highest epoch of any session. */
  #maxEpoch = 0;

  private constructor(
    options: Required<Omit<JournalOptions, 'derived'>> &
      Pick<JournalOptions, 'derived'>,
    files: SessionFiles,
    segment: number,
  ) {
    this.#options = options;
    this.#files = files;
    this.#wal = new WriteAheadLog(join(options.directory, 'wal'), segment);
    this.#group = new GroupCommit(this.#wal, error => this.#fail(error));
  }

  /** Opens or makes the journal in a folder, and finishes what a crash interrupted. */
  static async open(given: JournalOptions): Promise<Journal> {
    const options = {
      now: Date.now,
      checkpointBytes: CHECKPOINT_BYTES,
      ...given,
    };
    const { directory } = options;
    await mkdir(join(directory, 'wal'), { recursive: true });
    await mkdir(join(directory, 'sessions'), { recursive: true });
    const files = new SessionFiles(directory);
    const checkpoint = await readCheckpoint(directory);
    if (checkpoint) options.derived?.restore(checkpoint.derived);
    const recovered = await recoverJournal({
      ...options,
      files,
      derivedFrom: checkpoint?.segment ?? 0,
    });
    const journal = new Journal(options, files, recovered.nextSegment);
    journal.#maxEpoch = checkpoint?.maxEpoch ?? 0;
    for (const sessionId of [
      ...recovered.sessionIds,
      ...(checkpoint?.unsealed ?? []),
    ]) {
      journal.#tryOpen(sessionId);
    }
    if (recovered.sessionIds.size) await journal.checkpoint();
    return journal;
  }

  /** Why the last write failed, until one succeeds. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** An epoch higher than any that was given out or recorded. */
  nextEpoch(): number {
    return ++this.#maxEpoch;
  }

  /** Begins a session's record. One that exists already is left as it is. */
  async create(meta: SessionMeta): Promise<void> {
    const { session_id: sessionId } = meta;
    const known = this.#open(sessionId);
    if (known) return;
    const head = firstHead(meta, this.#options.rules);
    const session: OpenSession = {
      accepted: head,
      durable: head,
      bytes: 0,
      durableBytes: 0,
      isDirty: true,
      usedAt: this.#options.now(),
    };
    this.#sessions.set(sessionId, session);
    this.#newSessions.add(sessionId);
    await this.#write(session, [{ type: 'meta', meta }], head, []);
  }

  /** Whether anything was recorded of a session. */
  has(sessionId: string): boolean {
    return this.#open(sessionId) !== undefined;
  }

  /** Where a session's durable record stands. Throws {@link JournalError} `Damaged`. */
  head(sessionId: string): SessionHead | undefined {
    return this.#open(sessionId)?.durable;
  }

  /** Heads of the sessions in memory: all that changed lately, and all that are not sealed. */
  *recentHeads(): Generator<SessionHead> {
    for (const { durable } of this.#sessions.values()) yield durable;
  }

  /** What a session's durable events add up to. */
  state(sessionId: string): SessionState | undefined {
    return this.#open(sessionId)?.durable.state;
  }

  /** From now on only this pod may append, in this epoch. Durable when it resolves. */
  async fence(sessionId: string, fence: SessionFence): Promise<void> {
    const session = this.#require(sessionId);
    const before = session.accepted.fence;
    if (before && before.epoch > fence.epoch) {
      throw new JournalError(
        'Fenced',
        `Session ${sessionId} is in epoch ${before.epoch} already, so ${fence.epoch} cannot begin.`,
      );
    }
    this.#maxEpoch = Math.max(this.#maxEpoch, fence.epoch);
    await this.#append(session, [{ type: 'fence', fence }]);
  }

  /**
   * Appends entries that follow the session's last one; durable when it resolves. Entries that are there already are skipped if they are the
   * same. All or none: after an error nothing of them is kept.
   */
  async append(
    sessionId: string,
    entries: readonly JournalEntry[],
  ): Promise<void> {
    const session = this.#require(sessionId);
    const news = entries.filter(({ seq }) => seq > session.accepted.seq);
    await this.#append(
      session,
      news.map(entry => ({ type: 'entry', entry })),
    );
  }

  async seal(sessionId: string, seal: Seal): Promise<void> {
    await this.#append(this.#require(sessionId), [{ type: 'seal', seal }]);
  }

  /** Calls `listener` with each durable event; returns the function that ends it. */
  onEvents(listener: JournalListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Syncs the sessions' own files and empties the write-ahead log. */
  checkpoint(): Promise<void> {
    this.#checkpointing ??= this.#checkpoint().finally(() => {
      this.#checkpointing = undefined;
    });
    return this.#checkpointing;
  }

  /** Bytes in the write-ahead log since the last checkpoint. */
  get uncheckpointedBytes(): number {
    return this.#wal.bytes;
  }

  /** Drops a session from the memory; it is read again when it is asked for. */
  forget(sessionId: string): void {
    this.#sessions.delete(sessionId);
    this.#files.close(sessionId);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.checkpoint().catch(error =>
      this.#options.log.warn(
        { err: error },
        'the last checkpoint failed; the next start makes up for it',
      ),
    );
    await this.#wal.close();
    this.#files.closeAll();
  }

  async #append(
    session: OpenSession,
    records: readonly SessionRecord[],
  ): Promise<void> {
    const { rules, now } = this.#options;
    let head = session.accepted;
    const events: SessionEvent[] = [];
    for (const record of records) {
      const next = followHead(head, record, rules, now());
      head = next.head;
      if (next.event) events.push(next.event);
    }
    await this.#write(session, records, head, events);
  }

  async #write(
    session: OpenSession,
    records: readonly SessionRecord[],
    head: SessionHead,
    events: readonly SessionEvent[],
  ): Promise<void> {
    const sessionId = head.meta.session_id;
    if (this.#isClosed) {
      throw new JournalError(
        'Unavailable',
        'The journal is closed: the operator is stopping. Send again to its successor.',
      );
    }
    const bytes = Buffer.concat(records.map(encodeSessionRecord));
    const offset = session.bytes;
    session.accepted = head;
    session.bytes += bytes.length;
    session.usedAt = this.#options.now();
    await this.#group
      .write({
        frame: { sessionId, offset, bytes },
        store: () => this.#files.write(sessionId, offset, bytes),
        apply: () => {
          session.durable = head;
          session.durableBytes = offset + bytes.length;
          session.isDirty = true;
          this.#problem = undefined;
          this.#tell(head.meta, events);
        },
      })
      .catch(error => {
        throw new JournalError(
          'Unavailable',
          `The journal could not be written (${
            (error as Error).message
          }). It takes events again as soon as it can; check the space on its volume.`,
          { cause: error },
        );
      });
    if (this.#wal.bytes >= this.#options.checkpointBytes) {
      this.checkpoint().catch(error => this.#fail(error as Error));
    }
  }

  #tell(meta: SessionMeta, events: readonly SessionEvent[]): void {
    if (!events.length) return;
    const { derived, log } = this.#options;
    try {
      for (const event of events) derived?.apply(meta, event);
      for (const listener of this.#listeners) listener(meta, events);
    } catch (error) {
      log.error(
        { err: error, sessionId: meta.session_id },
        'a listener failed',
      );
    }
  }

  /** What was accepted and is not durable is void: sessions are read again from what is. */
  #fail(error: Error): void {
    this.#problem = error.message;
    this.#options.log.error({ err: error }, 'the journal cannot be written');
    for (const [sessionId, session] of this.#sessions) {
      if (session.bytes === session.durableBytes) continue;
      session.accepted = session.durable;
      session.bytes = session.durableBytes;
      this.#cut(sessionId, session.durableBytes);
      if (session.durableBytes === 0) this.#sessions.delete(sessionId);
    }
  }

  /** Removes what part of a failed group may have been stored; what follows is written over it in any case. */
  #cut(sessionId: string, bytes: number): void {
    try {
      this.#files.truncate(sessionId, bytes);
    } catch (error) {
      this.#options.log.warn({ err: error, sessionId }, 'could not cut a file');
    }
  }

  #open(sessionId: string): OpenSession | undefined {
    const known = this.#sessions.get(sessionId);
    if (known) {
      known.usedAt = this.#options.now();
      return known;
    }
    const { directory, rules, log, now } = this.#options;
    const loaded = loadSession(directory, sessionId, rules);
    if (!loaded) return undefined;
    const { head, bytes, tornBytes } = loaded;
    if (tornBytes) {
      // Never acknowledged, or the write-ahead log would have brought it back.
      log.warn({ sessionId, tornBytes }, 'dropped the torn end of a record');
      this.#files.truncate(sessionId, bytes);
    }
    const session: OpenSession = {
      accepted: head,
      durable: head,
      bytes,
      durableBytes: bytes,
      isDirty: false,
      usedAt: now(),
    };
    this.#maxEpoch = Math.max(this.#maxEpoch, head.fence?.epoch ?? 0);
    this.#sessions.set(sessionId, session);
    return session;
  }

  #tryOpen(sessionId: string): void {
    try {
      const session = this.#open(sessionId);
      if (session) session.isDirty = true;
    } catch (error) {
      this.#options.log.error(
        { err: error, sessionId },
        'a session is damaged',
      );
    }
  }

  #require(sessionId: string): OpenSession {
    const session = this.#open(sessionId);
    if (session) return session;
    throw new JournalError(
      'NotFound',
      `The journal has no session ${sessionId}: it was never opened here.`,
    );
  }

  async #checkpoint(): Promise<void> {
    const state = { dirty: [] as OpenSession[], segment: 0 };
    let checkpointed: Checkpointed | undefined;
    await this.#group.exclusively(async () => {
      state.segment = await this.#wal.rotate();
      for (const session of this.#sessions.values()) {
        if (!session.isDirty) continue;
        session.isDirty = false;
        state.dirty.push(session);
      }
      // Taken with the rotation, so that it holds exactly what the older segments hold.
      checkpointed = {
        segment: state.segment,
        derived: this.#options.derived?.snapshot(),
        unsealed: this.#unsealed(),
        maxEpoch: this.#maxEpoch,
      };
    });
    try {
      await this.#syncSessions(state.dirty);
      await writeCheckpoint(this.#options.directory, checkpointed!);
    } catch (error) {
      for (const session of state.dirty) session.isDirty = true;
      throw error;
    }
    await this.#wal.removeBefore(state.segment);
    this.#forgetUnused();
  }

  async #syncSessions(sessions: readonly OpenSession[]): Promise<void> {
    const { directory } = this.#options;
    for (const session of sessions) {
      const sessionId = session.durable.meta.session_id;
      await this.#files.sync(sessionId);
      const { durable, durableBytes } = session;
      await writeSessionSnapshot(directory, {
        ...durable,
        hash: durable.hash.toString('hex'),
        bytes: durableBytes,
      });
      if (this.#newSessions.delete(sessionId)) {
        const own = sessionDirectory(directory, sessionId);
        for (const folder of [own, join(own, '..'), join(own, '..', '..')]) {
          await syncDirectory(folder);
        }
      }
    }
  }

  #unsealed(): string[] {
    const unsealed: string[] = [];
    for (const { durable } of this.#sessions.values()) {
      if (needsSeal(durable)) unsealed.push(durable.meta.session_id);
    }
    return unsealed;
  }

  #forgetUnused(): void {
    const before = this.#options.now() - FORGET_AFTER_MS;
    for (const [sessionId, session] of this.#sessions) {
      const isIdle =
        session.usedAt < before &&
        !session.isDirty &&
        session.accepted === session.durable &&
        !needsSeal(session.durable);
      if (isIdle) this.forget(sessionId);
    }
  }
}

/** Whether entries, or the end, are not covered by a seal yet. */
export function needsSeal(head: SessionHead): boolean {
  if (head.seq === 0) return false;
  return (
    (head.seal?.seq ?? 0) < head.seq || (hasEnded(head) && !head.seal?.final)
  );
}
