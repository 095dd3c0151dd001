import {
  formatTimestamp,
  isSealDue,
  sealChain,
  type SignMessage,
} from '@greenroom/protocol';
import type { Logger } from 'pino';
import { applyRetention, type RetentionLimits } from './applyRetention';
import { needsSeal, type Journal } from './Journal';
import { JournalError } from './JournalError';
import { hasEnded, type SessionHead } from './SessionHead';

export interface JournalKeeperOptions {
  journal: Journal;
  directory: string;
  /** The cluster's key. */
  key: { keyId: string; sign: SignMessage };
  retention: RetentionLimits;
  log: Logger;
  now?: () => number;
  /** How often what is due by time is looked for; default 1 s. */
  tickMs?: number;
}

/** A checkpoint at least so often while anything is written, so that a start has little to read. */
const CHECKPOINT_INTERVAL_MS = 60_000;
const RETENTION_INTERVAL_MS = 3_600_000;
/** A start has better things to do than to look through thousands of old sessions. */
const FIRST_RETENTION_MS = 300_000;

/** Seals chains when they are due, makes checkpoints, and removes what retention allows. */
export class JournalKeeper {
  readonly name = 'journal keeper';
  readonly #options: Required<JournalKeeperOptions>;
  readonly #sealing = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #stopListening: (() => void) | undefined;
  #checkpointAt = 0;
  #retentionAt = 0;
  #busy: Promise<void> = Promise.resolve();

  constructor(options: JournalKeeperOptions) {
    this.#options = { now: Date.now, tickMs: 1_000, ...options };
  }

  start(): void {
    const { journal, tickMs, now } = this.#options;
    this.#checkpointAt = now() + CHECKPOINT_INTERVAL_MS;
    this.#retentionAt = now() + FIRST_RETENTION_MS;
    this.#stopListening = journal.onEvents(meta => {
      const head = journal.head(meta.session_id);
      if (head) this.#sealIfDue(head);
    });
    this.#timer = setInterval(() => this.#tick(), tickMs);
    this.#tick();
  }

  /** Seals what is not sealed yet and stops. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopListening?.();
    await this.#busy;
    const open = [...this.#options.journal.recentHeads()].filter(needsSeal);
    await Promise.all(open.map(head => this.#seal(head)));
  }

  #tick(): void {
    const { journal, now, log } = this.#options;
    for (const head of journal.recentHeads()) this.#sealIfDue(head);
    const at = now();
    if (at >= this.#checkpointAt) {
      this.#checkpointAt = at + CHECKPOINT_INTERVAL_MS;
      if (journal.uncheckpointedBytes > 0)
        this.#run(() => journal.checkpoint());
    }
    if (at >= this.#retentionAt) {
      this.#retentionAt = at + RETENTION_INTERVAL_MS;
      this.#run(async () => {
        const removed = await applyRetention(this.#options, at);
        if (removed.length)
          log.info({ removed: removed.length }, 'removed old sessions');
      });
    }
  }

  #run(work: () => Promise<void>): void {
    this.#busy = this.#busy
      .then(work)
      .catch(error =>
        this.#options.log.error({ err: error }, 'journal upkeep failed'),
      );
  }

  #sealIfDue(head: SessionHead): void {
    if (!needsSeal(head)) return;
    const entries = head.seq - (head.seal?.seq ?? 0);
    const since = head.unsealedSince ?? this.#options.now();
    const sessionEnded = hasEnded(head);
    const isDue =
      sessionEnded ||
      isSealDue({
        entries,
        oldestAgeMs: this.#options.now() - since,
        sessionEnded,
      });
    if (isDue) void this.#seal(head);
  }

  async #seal(head: SessionHead): Promise<void> {
    const { journal, key, log, now } = this.#options;
    const sessionId = head.meta.session_id;
    if (this.#sealing.has(sessionId)) return;
    this.#sealing.add(sessionId);
    try {
      const seal = sealChain(
        {
          session_id: sessionId,
          key_id: key.keyId,
          seq: head.seq,
          hash: head.hash.toString('hex'),
          ts: formatTimestamp(now()),
          final: hasEnded(head),
        },
        key.sign,
      );
      await journal.seal(sessionId, seal);
    } catch (error) {
      // More came while this was signed; the head that becomes durable with it is sealed instead.
      if (error instanceof JournalError && error.reason === 'OutOfOrder')
        return;
      log.error({ err: error, sessionId }, 'a session could not be sealed');
    } finally {
      this.#sealing.delete(sessionId);
    }
  }
}
