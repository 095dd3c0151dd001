import { backOffMs } from '../cache/backOff';

export interface WorkQueueOptions {
  /** Back-off per key after failures; default 50 ms doubled up to 5 min. */
  backOff?: { baseMs: number; maxMs: number };
  random?: () => number;
}

/** setTimeout cannot wait longer than 2^31 − 1 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Keys to work on. A key is in the queue at most once, is never given to two workers at a time, and one that is added while it is being
 * worked on comes again afterwards. Higher priority goes first, then the order of adding.
 */
export class WorkQueue {
  readonly #backOff: { baseMs: number; maxMs: number };
  readonly #random: () => number;
  /** Waiting keys by priority, in order of adding. */
  readonly #waiting = new Map<number, Set<string>>();
  readonly #priorities = new Map<string, number>();
  readonly #working = new Set<string>();
  /** Added while being worked on: with which priority they come again. */
  readonly #again = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  readonly #delayed = new Map<string, { at: number; timer: NodeJS.Timeout }>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  #isShutDown = false;

  constructor(options: WorkQueueOptions = {}) {
    this.#backOff = options.backOff ?? { baseMs: 50, maxMs: 300_000 };
    this.#random = options.random ?? Math.random;
  }

  /** Keys that wait now, delayed ones not counted. */
  get size(): number {
    return this.#priorities.size;
  }

  get workingCount(): number {
    return this.#working.size;
  }

  get delayedCount(): number {
    return this.#delayed.size;
  }

  /** Adds at once, or raises the priority of a key that waits already. */
  add(key: string, options: { priority?: number } = {}): void {
    if (this.#isShutDown) return;
    const priority = options.priority ?? 0;
    if (this.#working.has(key)) {
      const before = this.#again.get(key) ?? -Infinity;
      this.#again.set(key, Math.max(before, priority));
      return;
    }
    this.#enqueue(key, priority);
  }

  /** Adds after a delay; of several delays of one key the earliest counts. */
  addAfter(key: string, delayMs: number): void {
    if (this.#isShutDown) return;
    if (delayMs <= 0) {
      this.add(key);
      return;
    }
    const at = performance.now() + delayMs;
    const planned = this.#delayed.get(key);
    if (planned && planned.at <= at) return;
    clearTimeout(planned?.timer);
    const timer = setTimeout(() => {
      this.#delayed.delete(key);
      if (delayMs > LONGEST_TIMER_MS) {
        this.addAfter(key, at - performance.now());
      } else {
        this.add(key);
      }
    }, Math.min(delayMs, LONGEST_TIMER_MS));
    this.#delayed.set(key, { at, timer });
  }

  /** Adds after a delay that grows with each failure of this key; returns it in milliseconds. */
  addRateLimited(key: string): number {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    const delayMs = backOffMs(failures, this.#backOff, this.#random);
    this.addAfter(key, delayMs);
    return delayMs;
  }

  /** How often the key failed since it was last forgotten. */
  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** Ends the back-off of a key: it succeeded, or is given up. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** The next key, waiting for one; `undefined` once the queue is shut down. Each key must be given back by {@link done}. */
  take(): Promise<string | undefined> {
    if (this.#isShutDown) return Promise.resolve(undefined);
    const key = this.#next();
    if (key !== undefined) return Promise.resolve(key);
    return new Promise(resolve => this.#takers.push(resolve));
  }

  /** Says that the work on a key has ended. */
  done(key: string): void {
    this.#working.delete(key);
    const priority = this.#again.get(key);
    if (priority === undefined) return;
    this.#again.delete(key);
    if (!this.#isShutDown) this.#enqueue(key, priority);
  }

  /** Ends all waiting; keys that are not taken yet are dropped. */
  shutDown(): void {
    this.#isShutDown = true;
    for (const { timer } of this.#delayed.values()) clearTimeout(timer);
    this.#delayed.clear();
    this.#waiting.clear();
    this.#priorities.clear();
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }

  #enqueue(key: string, priority: number): void {
    const before = this.#priorities.get(key);
    if (before !== undefined) {
      if (before >= priority) return;
      this.#remove(key, before);
    }
    // A planned later visit is not needed any more: this one decides anew.
    const planned = this.#delayed.get(key);
    if (planned) {
      clearTimeout(planned.timer);
      this.#delayed.delete(key);
    }
    this.#priorities.set(key, priority);
    const keys = this.#waiting.get(priority);
    if (keys) keys.add(key);
    else this.#waiting.set(priority, new Set([key]));
    const taker = this.#takers.shift();
    if (taker) taker(this.#next());
  }

  #next(): string | undefined {
    if (this.#waiting.size === 0) return undefined;
    let highest = -Infinity;
    for (const priority of this.#waiting.keys()) {
      if (priority > highest) highest = priority;
    }
    const [key] = this.#waiting.get(highest)!;
    this.#remove(key, highest);
    this.#working.add(key);
    return key;
  }

  #remove(key: string, priority: number): void {
    const keys = this.#waiting.get(priority)!;
    keys.delete(key);
    if (keys.size === 0) this.#waiting.delete(priority);
    this.#priorities.delete(key);
  }
}
