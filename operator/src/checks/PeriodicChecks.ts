/** A look at something outside the cluster, made now and then. */
export interface Check<Result> {
  /** What it depends on: another digest makes the last result void. */
  readonly digest: string;
  readonly intervalMs: number;
  /** Must end by itself; an error counts as a result through `onError`. */
  run(): Promise<Result>;
}

/** What a check came to. */
export interface CheckResult<Result> {
  readonly result: Result;
  /** Milliseconds since 1970. */
  readonly at: number;
}

interface Entry<Result> {
  check: Check<Result>;
  last?: CheckResult<Result>;
  timer?: NodeJS.Timeout;
}

/** Enough to check a registry within seconds, few enough not to look like an attack. */
const atOnce = 8;

/**
 * Runs checks off the reconcile path: reconcilers say what they want to know, read what is known, and are woken when that
 * changed.
 */
export class PeriodicChecks<Result> {
  private readonly entries = new Map<string, Entry<Result>>();
  private readonly waiting: Entry<Result>[] = [];
  private running = 0;
  private isStopped = false;

  constructor(
    private readonly options: {
      /** Called when a check has a result, whether or not it is another than before. */
      onResult(key: string): void;
      onError(error: unknown): Result;
      now?: () => number;
    },
  ) {}

  /** Says what is wanted under a key, and answers what is known of it. */
  want(key: string, check: Check<Result>): CheckResult<Result> | undefined {
    const entry = this.entries.get(key);
    if (entry && entry.check.digest === check.digest) {
      entry.check = check;
      return entry.last;
    }
    clearTimeout(entry?.timer);
    const fresh: Entry<Result> = { check };
    this.entries.set(key, fresh);
    this.enqueue(key, fresh);
    return undefined;
  }

  /** Nothing under this key, or below it, is wanted any more. */
  forget(key: string): void {
    for (const [each, entry] of this.entries) {
      if (each !== key && !each.startsWith(`${key}/`)) continue;
      clearTimeout(entry.timer);
      this.entries.delete(each);
    }
  }

  stop(): void {
    this.isStopped = true;
    for (const { timer } of this.entries.values()) clearTimeout(timer);
    this.entries.clear();
    this.waiting.length = 0;
  }

  private enqueue(key: string, entry: Entry<Result>): void {
    if (this.isStopped) return;
    if (this.running >= atOnce) {
      this.waiting.push(entry);
      return;
    }
    void this.run(key, entry);
  }

  private async run(key: string, entry: Entry<Result>): Promise<void> {
    this.running++;
    const { check } = entry;
    let result: Result;
    try {
      result = await check.run();
    } catch (error) {
      result = this.options.onError(error);
    } finally {
      this.running--;
    }
    this.next();
    if (this.isStopped || this.entries.get(key) !== entry) return;
    entry.last = { result, at: (this.options.now ?? Date.now)() };
    entry.timer = setTimeout(
      () => this.enqueue(key, entry),
      entry.check.intervalMs,
    );
    entry.timer.unref();
    this.options.onResult(key);
  }

  private next(): void {
    const entry = this.waiting.shift();
    if (!entry) return;
    for (const [key, each] of this.entries) {
      if (each === entry) {
        void this.run(key, entry);
        return;
      }
    }
    this.next();
  }
}
