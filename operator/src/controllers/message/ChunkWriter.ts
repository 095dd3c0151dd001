import { ApiError } from '@greenroom/controller-runtime';
import {
  labels,
  managedByGreenroom,
  MessageChunk,
  type Message,
} from '@greenroom/kinds';
import type { SessionEvent } from '@greenroom/protocol';
import type { SessionDelta } from '../../ingest/SidecarLink';
import { ownerReference } from '../../pods/ownedObject';
import { labelValue } from '../../pods/podMetadata';
import type { ControllerServices } from '../ControllerServices';
import { ChunkBuffer, type Chunk } from './ChunkBuffer';
import { chunkEntryOf } from './chunkEntries';

interface Stream {
  readonly message: Message;
  readonly sessionId: string;
  readonly buffer: ChunkBuffer;
  /** Text that deltas have brought of durable events to come, by the id of each. */
  readonly shown: Map<string, string>;
  timer?: NodeJS.Timeout;
  /** Writes are made one after the other, so that chunks appear in order. */
  tail: Promise<void>;
}

/** Writes the streams of Messages that ask for it as MessageChunks. */
export class ChunkWriter {
  private readonly streams = new Map<string, Stream>();
  private readonly bySession = new Map<string, Stream>();
  /** What streams that have ended came to: the cache may not show their last chunks yet. */
  private readonly ended = new Map<
    string,
    { count: number; truncated: boolean }
  >();

  constructor(private readonly services: ControllerServices) {
    services.sessions.onEvents((sessionId, events) =>
      this.take(sessionId, events),
    );
    services.links.on('delta', (_, delta) => this.takeDelta(delta));
  }

  /** Begins to write the stream of a Message; from its session's next event on. */
  begin(message: Message, sessionId: string): void {
    const { uid } = message.metadata;
    if (!message.spec.stream || this.streams.has(uid)) return;
    const written = this.chunksOf(message);
    const last = written.at(-1)?.spec.entries.at(-1)?.sequence ?? 0;
    const stream: Stream = {
      message,
      sessionId,
      buffer: new ChunkBuffer(written.length, last),
      shown: new Map(),
      tail: Promise.resolve(),
    };
    this.streams.set(uid, stream);
    this.bySession.set(sessionId, stream);
  }

  /** Writes what is left, and ends the stream. */
  async finish(message: Message): Promise<void> {
    const stream = this.streams.get(message.metadata.uid);
    if (!stream) return;
    this.streams.delete(message.metadata.uid);
    if (this.bySession.get(stream.sessionId) === stream)
      this.bySession.delete(stream.sessionId);
    clearTimeout(stream.timer);
    this.flush(stream);
    this.ended.set(message.metadata.uid, {
      count: stream.buffer.count,
      truncated: stream.buffer.isFull,
    });
    await stream.tail;
  }

  /** Nothing is asked about the Message any more. */
  forget({ metadata }: Message): void {
    this.ended.delete(metadata.uid);
  }

  /** How many chunks there are. */
  count(message: Message): { count: number; truncated: boolean } {
    const ended = this.ended.get(message.metadata.uid);
    if (ended) return ended;
    const buffer = this.streams.get(message.metadata.uid)?.buffer;
    const chunks = this.chunksOf(message);
    return {
      count: Math.max(buffer?.count ?? 0, chunks.length),
      truncated: buffer?.isFull ?? chunks.some(({ spec }) => spec.truncated),
    };
  }

  private chunksOf({ metadata }: Message): MessageChunk[] {
    return this.services.view.chunks
      .list(metadata.namespace)
      .filter(({ spec }) => spec.messageRef.name === metadata.name)
      .sort((a, b) => a.spec.firstSequence - b.spec.firstSequence);
  }

  private take(sessionId: string, events: readonly SessionEvent[]): void {
    const stream = this.bySession.get(sessionId);
    if (!stream) return;
    for (const event of events) {
      const entry = chunkEntryOf(event);
      if (!entry) continue;
      const shown = stream.shown.get(event.id) ?? '';
      stream.shown.delete(event.id);
      // Deltas have shown the beginning, or all of it.
      stream.buffer.add(
        entry.type,
        entry.content.startsWith(shown)
          ? entry.content.slice(shown.length)
          : entry.content,
      );
    }
    this.plan(stream);
  }

  private takeDelta({ session_id: sessionId, event }: SessionDelta): void {
    const stream = this.bySession.get(sessionId);
    if (
      !stream ||
      (event.type !== 'delta.text' && event.type !== 'delta.thinking')
    )
      return;
    const { event_id: id, text } = event.payload;
    stream.shown.set(id, (stream.shown.get(id) ?? '') + text);
    stream.buffer.add(
      event.type === 'delta.text' ? 'response' : 'thinking',
      text,
    );
    this.plan(stream);
  }

  private plan(stream: Stream): void {
    const nowMs = performance.now();
    const dueAt = stream.buffer.dueAt(nowMs);
    if (dueAt === undefined || stream.timer) return;
    stream.timer = setTimeout(() => {
      delete stream.timer;
      this.flush(stream);
      this.plan(stream);
    }, dueAt - nowMs);
  }

  private flush(stream: Stream): void {
    const chunk = stream.buffer.flush(performance.now());
    if (!chunk) return;
    const number = stream.buffer.count;
    stream.tail = stream.tail.then(() => this.write(stream, chunk, number));
  }

  private async write(
    { message, sessionId }: Stream,
    { entries, truncated }: Chunk,
    number: number,
  ): Promise<void> {
    const { client, log } = this.services;
    const { namespace, name } = message.metadata;
    try {
      await client.create(MessageChunk, {
        apiVersion: MessageChunk.apiVersion,
        kind: 'MessageChunk',
        metadata: {
          namespace,
          name: `${name.slice(0, 240)}-${String(number).padStart(3, '0')}`,
          labels: {
            [labels.message]: labelValue(name),
            [labels.session]: sessionId,
            [labels.managedBy]: managedByGreenroom,
          },
          ownerReferences: [ownerReference(message)],
        },
        spec: {
          messageRef: { name },
          sessionID: sessionId,
          firstSequence: entries[0].sequence,
          ...(truncated ? { truncated } : {}),
          entries,
        },
      } as never);
    } catch (error) {
      if (!ApiError.isAlreadyExists(error))
        log.warn(
          { err: error, message: name, namespace },
          'a MessageChunk was not written',
        );
    }
  }
}
