import { INGEST_FRAME_BYTES, type SidecarMessageOf } from '@greenroom/protocol';
import type { HeldSession } from '../log/HeldSession';

/** Bytes of entries that may be on their way without an acknowledgement; a second of very busy sessions. */
const WINDOW_BYTES = 4 * 1024 * 1024;
/** Below the frame limit, with room for the message around the entries. */
const BATCH_BYTES = Math.min(256 * 1024, INGEST_FRAME_BYTES / 2);
const BATCH_ENTRIES = 500;

interface InFlight {
  /** Last entry that was sent on this connection. */
  sent: number;
  /** Last entry that is on the disk here. */
  durable: number;
  /** Sizes of entries sent and not acknowledged, in order. */
  sizes: { seq: number; bytes: number }[];
}

/**
 * Decides which entries are sent when: only durable ones, each session in order, no more than a window without an
 * acknowledgement. Holds no entries itself; they are in the sessions.
 */
export class Outbox {
  private readonly sessions = new Map<string, InFlight>();
  private bytesInFlight = 0;

  /** A new connection: the operator has everything up to `acked` and will be sent the rest. */
  restart(sessions: Iterable<HeldSession>): void {
    const before = new Map(this.sessions);
    this.sessions.clear();
    this.bytesInFlight = 0;
    for (const session of sessions) {
      const durable = before.get(session.id)?.durable ?? session.acked;
      this.sessions.set(session.id, {
        sent: session.acked,
        durable,
        sizes: [],
      });
    }
  }

  /** An entry and all before it are on the disk. */
  durable(session: HeldSession, seq: number): void {
    const flight = this.flightOf(session);
    flight.durable = Math.max(flight.durable, seq);
  }

  acknowledged(sessionId: string, seq: number): void {
    const flight = this.sessions.get(sessionId);
    if (!flight) return;
    while (flight.sizes.length > 0 && flight.sizes[0].seq <= seq) {
      this.bytesInFlight -= flight.sizes.shift()!.bytes;
    }
    flight.sent = Math.max(flight.sent, seq);
  }

  forget(sessionId: string): void {
    const flight = this.sessions.get(sessionId);
    for (const { bytes } of flight?.sizes ?? []) this.bytesInFlight -= bytes;
    this.sessions.delete(sessionId);
  }

  /** The next batch of a session, if there is one and the window has room. */
  next(session: HeldSession): SidecarMessageOf<'append'> | undefined {
    const flight = this.flightOf(session);
    const entries = [];
    let bytes = 0;
    // Unacknowledged entries are contiguous, so the next one's place follows from the first one's number.
    const first = session.unacked[0]?.entry.seq;
    if (first === undefined) return undefined;
    for (
      let index = Math.max(0, flight.sent + 1 - first);
      index < session.unacked.length;
      index++
    ) {
      const { entry } = session.unacked[index];
      if (entry.seq > flight.durable || entries.length >= BATCH_ENTRIES) break;
      // JSON in JSON: quotes and backslashes of the body are escaped once more.
      const size = 2 * Buffer.byteLength(entry.body);
      const isFirst = entries.length === 0;
      if (!isFirst && bytes + size > BATCH_BYTES) break;
      if (this.bytesInFlight > 0 && this.bytesInFlight + size > WINDOW_BYTES)
        break;
      entries.push(entry);
      bytes += size;
      this.bytesInFlight += size;
      flight.sizes.push({ seq: entry.seq, bytes: size });
      flight.sent = entry.seq;
    }
    if (entries.length === 0) return undefined;
    return {
      type: 'append',
      session_id: session.id,
      epoch: session.epoch,
      entries,
    };
  }

  private flightOf(session: HeldSession): InFlight {
    const known = this.sessions.get(session.id);
    if (known) return known;
    const flight: InFlight = {
      sent: session.acked,
      durable: session.acked,
      sizes: [],
    };
    this.sessions.set(session.id, flight);
    return flight;
  }
}
