import type { RuntimeEvent } from './RuntimeEvent';

/** An event with its place in the order of this process. */
export interface RingEntry {
  position: number;
  event: RuntimeEvent;
  bytes: number;
}

/** What a reader gets that says where it stopped. */
export interface Replay {
  entries: RingEntry[];
  /** Events that the reader never saw and that are no longer held. */
  lost: number;
}

/**
 * The latest durable events, bounded in number and bytes, for readers that come back.
 *
 * Positions start at 1 and have no gaps, so a reader's last position says exactly what it missed.
 */
export class EventRing {
  private readonly entries: RingEntry[] = [];
  private bytes = 0;
  private last = 0;

  constructor(private readonly limits: { events: number; bytes: number }) {}

  append(event: RuntimeEvent): RingEntry {
    this.last += 1;
    const bytes = Buffer.byteLength(JSON.stringify(event));
    const entry = { position: this.last, event, bytes };
    this.entries.push(entry);
    this.bytes += bytes;
    // The newest event always stays, however large: dropping it would lose what nobody has seen yet.
    while (
      this.entries.length > 1 &&
      (this.entries.length > this.limits.events ||
        this.bytes > this.limits.bytes)
    ) {
      this.bytes -= this.entries.shift()!.bytes;
    }
    return entry;
  }

  /** Everything after `position`; 0 asks for all that is held. */
  after(position: number): Replay {
    const first = this.entries[0]?.position ?? this.last + 1;
    return {
      entries: this.entries.filter(entry => entry.position > position),
      lost: Math.max(0, first - position - 1),
    };
  }
}
