import { compareQueueEntries, type QueueEntry } from './queueOrder';

/**
 * The Tasks of one agent: those that wait, in order, and those that hold a slot.
 *
 * @remarks
 * A slot is held from the moment a Task is claimed until it is released, whatever the cache shows
 * meanwhile: a cache that lags behind can delay a start, but never lets one Task too many start.
 */
export class TaskQueue {
  private readonly waiting: QueueEntry[] = [];
  private readonly waitingByUid = new Map<string, QueueEntry>();
  private readonly holders = new Set<string>();

  /** Lets a Task wait; does nothing when it holds a slot already. */
  enqueue(entry: QueueEntry): void {
    if (this.holders.has(entry.uid)) return;
    const known = this.waitingByUid.get(entry.uid);
    if (known) {
      if (compareQueueEntries(known, entry) === 0) return;
      this.withdraw(entry.uid);
    }
    this.waitingByUid.set(entry.uid, entry);
    this.waiting.splice(this.insertionPoint(entry), 0, entry);
  }

  /** Takes a Task out of the line, and out of its slot if it holds one. True if a slot became free. */
  remove(uid: string): boolean {
    this.withdraw(uid);
    return this.holders.delete(uid);
  }

  /** Gives the Task a slot, whether or not one is free: the caller has decided. */
  claim(uid: string): void {
    this.withdraw(uid);
    this.holders.add(uid);
  }

  /** The place in the line, from 1; undefined for a Task that does not wait. */
  position(uid: string): number | undefined {
    const entry = this.waitingByUid.get(uid);
    return entry ? this.insertionPoint(entry) + 1 : undefined;
  }

  holds(uid: string): boolean {
    return this.holders.has(uid);
  }

  /** The first `count` Tasks in line. */
  first(count: number): readonly QueueEntry[] {
    return this.waiting.slice(0, Math.max(0, count));
  }

  /** Number of slots held. */
  get active(): number {
    return this.holders.size;
  }

  /** Number of Tasks that wait. */
  get queued(): number {
    return this.waiting.length;
  }

  get isEmpty(): boolean {
    return this.holders.size === 0 && this.waiting.length === 0;
  }

  private withdraw(uid: string): void {
    const entry = this.waitingByUid.get(uid);
    if (!entry) return;
    this.waiting.splice(this.insertionPoint(entry), 1);
    this.waitingByUid.delete(uid);
  }

  /** Index of the entry if it waits, else where it belongs: the order is total, so both are one search. */
  private insertionPoint(entry: QueueEntry): number {
    let low = 0;
    let high = this.waiting.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareQueueEntries(this.waiting[middle], entry) < 0)
        low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
