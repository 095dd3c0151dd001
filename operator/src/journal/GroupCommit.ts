import type { WalFrame, WriteAheadLog } from './WriteAheadLog';

/** Bytes of one group; more wait for the next. */
const MAX_GROUP_BYTES = 8 * 1024 * 1024;

/** One thing to make durable. */
export interface GroupWrite {
  frame: WalFrame;
  /** Puts the bytes where readers find them. If it throws for one, the whole group is taken back. */
  store: () => void;
  /** Called when the frame is durable and stored, before the writer is told. */
  apply: () => void;
}

interface Waiting extends GroupWrite {
  resolve: () => void;
  reject: (error: Error) => void;
}

/** Gathers what is written while a sync is under way into the next one, so that many writers share each `fdatasync`. */
export class GroupCommit {
  readonly #wal: WriteAheadLog;
  readonly #onFailure: (error: Error) => void;
  #waiting: Waiting[] = [];
  #between: (() => Promise<void>)[] = [];
  #running: Promise<void> | undefined;

  /** @param onFailure - called once for each group that could not be written, before its writers are told. */
  constructor(wal: WriteAheadLog, onFailure: (error: Error) => void) {
    this.#wal = wal;
    this.#onFailure = onFailure;
  }

  /** Resolves when the frame is durable and applied; frames become durable in the order of the calls. */
  write(write: GroupWrite): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...write, resolve, reject });
      this.#start();
    });
  }

  /** Runs `work` when no group is under way. */
  exclusively(work: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#between.push(() => work().then(resolve, reject));
      this.#start();
    });
  }

  #start(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#waiting.length || this.#between.length) this.#start();
    });
  }

  async #run(): Promise<void> {
    // Everything that arrives in this turn of the event loop joins the first group.
    await new Promise(resolve => setImmediate(resolve));
    while (this.#waiting.length || this.#between.length) {
      for (const work of this.#between.splice(0)) await work();
      const group = this.#nextGroup();
      if (group.length) await this.#commit(group);
    }
  }

  #nextGroup(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { frame } of this.#waiting) {
      bytes += frame.bytes.length;
      if (count > 0 && bytes > MAX_GROUP_BYTES) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #commit(group: Waiting[]): Promise<void> {
    try {
      await this.#wal.commit(
        group.map(({ frame }) => frame),
        () => {
          for (const { store } of group) store();
        },
      );
    } catch (error) {
      // What waits builds on what failed.
      const failed = [...group, ...this.#waiting.splice(0)];
      this.#onFailure(error as Error);
      for (const { reject } of failed) reject(error as Error);
      return;
    }
    for (const { apply, resolve } of group) {
      apply();
      resolve();
    }
  }
}
