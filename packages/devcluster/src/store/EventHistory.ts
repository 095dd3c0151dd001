import type { KubernetesObject } from './KubernetesObject';

/** One change of one object. */
export interface StoreEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** The object after the change; for `DELETED` its last state with the revision of the deletion. */
  object: KubernetesObject;
  previous?: KubernetesObject;
  namespace: string;
  revision: number;
  /** Lines for watchers by what they asked for, so that an event is encoded once and not once a watcher. */
  encoded: Map<string, Buffer>;
}

/** Changes before the asked revision have been forgotten; a client must list again. */
export class HistoryLost extends Error {
  readonly name = 'HistoryLost';
  constructor(readonly asked: number, readonly oldest: number) {
    super(`too old resource version: ${asked} (${oldest})`);
  }
}

/** The latest changes of one collection, oldest first, at most `size` of them. */
export class EventHistory {
  private events: StoreEvent[] = [];
  private start = 0;

  /** @param floor - the revision from which on every change is known */
  constructor(private readonly size: number, private floor: number) {}

  add(event: StoreEvent): void {
    this.events.push(event);
    if (this.events.length - this.start <= this.size) return;
    this.floor = this.events[this.start].revision;
    this.start += 1;
    // Moving the array for every event would cost its length each time; now and then it is cheap.
    if (this.start > this.size) {
      this.events = this.events.slice(this.start);
      this.start = 0;
    }
  }

  /** The changes after a revision. @throws HistoryLost */
  since(revision: number): StoreEvent[] {
    if (revision < this.floor) throw new HistoryLost(revision, this.floor);
    let low = this.start;
    let high = this.events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.events[middle].revision > revision) high = middle;
      else low = middle + 1;
    }
    return this.events.slice(low);
  }
}
