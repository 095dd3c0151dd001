import { FRAME_PAYLOAD_BYTES } from './Frame';
import type { StreamKind } from './StreamKind';

/** Bytes that a side may send before the other grants more, per stream and direction. */
export const INITIAL_CREDIT = 256 * 1024;

/** One stream of a tunnel: its credits in both directions, and what waits to be sent. */
export class TunnelStream {
  /** `ending`: this side's end waits behind its queue. */
  local: 'open' | 'ending' | 'ended' = 'open';
  remote: 'open' | 'ended' = 'open';
  /** Bytes that this side may still send. */
  sendCredit = INITIAL_CREDIT;
  /** Bytes that the other side may still send. */
  receiveCredit = INITIAL_CREDIT;
  /** Received, and not consumed yet. */
  unread = 0;
  /** Written, and not sent yet. */
  queued = 0;
  /** Bytes sent, as the scheduler counts them. */
  served = 0;
  private consumed = 0;
  private readonly queue: Uint8Array[] = [];

  constructor(
    readonly id: number,
    readonly kind: StreamKind,
    readonly priority: number,
  ) {}

  get isClosed(): boolean {
    return this.local === 'ended' && this.remote === 'ended';
  }

  /** Whether a frame could be sent now. */
  get isSendable(): boolean {
    if (this.local === 'ended') return false;
    return this.queued > 0 ? this.sendCredit > 0 : this.local === 'ending';
  }

  write(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.queue.push(bytes);
    this.queued += bytes.length;
  }

  /** Takes the next frame's payload out of the queue, and says whether it is the stream's last. */
  take(): { payload: Uint8Array; isLast: boolean } {
    const size = Math.min(this.queued, this.sendCredit, FRAME_PAYLOAD_BYTES);
    const payload = new Uint8Array(size);
    for (let at = 0; at < size; ) {
      const [first] = this.queue;
      const part = first.subarray(0, size - at);
      payload.set(part, at);
      at += part.length;
      if (part.length === first.length) this.queue.shift();
      else this.queue[0] = first.subarray(part.length);
    }
    this.queued -= size;
    this.sendCredit -= size;
    const isLast = this.local === 'ending' && this.queued === 0;
    if (isLast) this.local = 'ended';
    return { payload, isLast };
  }

  /** Counts bytes that came. False: the other side had no credit for them. */
  receive(bytes: number): boolean {
    if (bytes > this.receiveCredit) return false;
    this.receiveCredit -= bytes;
    this.unread += bytes;
    return true;
  }

  /** Counts bytes that were read, and says how many to grant anew: once half the credit is used, else 0. */
  consume(bytes: number): number {
    const read = Math.min(bytes, this.unread);
    this.unread -= read;
    this.consumed += read;
    if (this.remote === 'ended' || this.consumed < INITIAL_CREDIT / 2) return 0;
    const granted = this.consumed;
    this.consumed = 0;
    this.receiveCredit += granted;
    return granted;
  }
}
