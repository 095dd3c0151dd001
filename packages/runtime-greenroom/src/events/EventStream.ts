import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { EventRing } from './EventRing';
import { isTransient, type RuntimeEvent } from './RuntimeEvent';

/** Enough for the busiest turns of many sessions while a sidecar restarts; deltas are not held. */
const RING_LIMITS = { events: 20_000, bytes: 32 * 1024 * 1024 };

/** Below the 30 s after which a reader may take a silent connection for dead. */
const COMMENT_INTERVAL_MS = 15_000;

/** A reader this far behind is cut off; it comes back and gets the durable events from the ring. */
const READER_BACKLOG_BYTES = 16 * 1024 * 1024;

/**
 * The server-sent events of `GET /stream`.
 *
 * Durable events carry `id: <instance>-<position>` and are replayed to a reader that sends `Last-Event-ID`.
 * A reader that names another instance (the runtime restarted) or nothing gets everything still held; it
 * recognises what it has by `event_id`.
 */
export class EventStream {
  /** Names this process in event ids and in its health, so that a reader notices a restart. */
  readonly instance = randomUUID().slice(0, 8);
  private readonly ring = new EventRing(RING_LIMITS);
  private readonly readers = new Set<ServerResponse>();
  private readonly commentTimer: NodeJS.Timeout;

  constructor() {
    this.commentTimer = setInterval(() => {
      for (const reader of this.readers) reader.write(': alive\n\n');
    }, COMMENT_INTERVAL_MS);
    this.commentTimer.unref();
  }

  emit(event: RuntimeEvent): void {
    const frame = isTransient(event)
      ? transientFrame(event)
      : this.durableFrame(event, this.ring.append(event).position);
    for (const reader of this.readers) this.send(reader, frame);
  }

  /** Answers one `GET /stream` and keeps it open. */
  attach(response: ServerResponse, lastEventId: string | undefined): void {
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
    });
    const replay = this.ring.after(this.positionOf(lastEventId));
    if (replay.lost > 0) response.write(lostFrame(replay.lost));
    for (const { event, position } of replay.entries) {
      response.write(this.durableFrame(event, position));
    }
    response.write(': live\n\n');
    this.readers.add(response);
    response.on('close', () => this.readers.delete(response));
  }

  close(): void {
    clearInterval(this.commentTimer);
    for (const reader of this.readers) reader.end();
    this.readers.clear();
  }

  private send(reader: ServerResponse, frame: string): void {
    if (reader.writableLength > READER_BACKLOG_BYTES) {
      this.readers.delete(reader);
      reader.destroy();
      return;
    }
    reader.write(frame);
  }

  private durableFrame(event: RuntimeEvent, position: number): string {
    return `id: ${this.instance}-${position}\ndata: ${JSON.stringify(
      event,
    )}\n\n`;
  }

  private positionOf(lastEventId: string | undefined): number {
    const [instance, position] = (lastEventId ?? '').split('-');
    if (instance !== this.instance) return 0;
    return Number.parseInt(position ?? '', 10) || 0;
  }
}

function transientFrame(event: RuntimeEvent): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}

function lostFrame(lost: number): string {
  return `: ${lost} older events are no longer held\n\n`;
}
