import type { JsonObject } from '../values/JsonValue';
import { ControlAssembler, divideControl } from './ControlAssembler';
import { encodeFrame } from './encodeFrame';
import {
  CONTROL_STREAM,
  FrameFlag,
  FrameType,
  OPTIONAL_FRAME_TYPES,
  type Frame,
} from './Frame';
import { FrameDecoder, FrameError } from './FrameDecoder';
import { nextSender, startOfService } from './FrameScheduler';
import { encodeOpening, readOpening } from './opening';
import { encodeReset, readReset } from './resetPayload';
import { streamPriority, type StreamKind, type TunnelSide } from './StreamKind';
import { ResetCode, type TunnelEvent } from './TunnelEvent';
import { TunnelStream } from './TunnelStream';

/** Streams that are open at one time. */
export const MAX_STREAMS = 256;
/** Bytes that wait in one tunnel: to be read, and to be sent. */
export const MAX_BUFFERED_BYTES = 32 * 1024 * 1024;
/** A side that makes the other answer this often without reading the answers is broken or hostile. */
const MAX_URGENT_FRAMES = 16_384;

/**
 * One end of a tunnel, without its socket: bytes that came go into {@link receive}, frames to send come out of
 * {@link next} in the order of their importance. Reading never blocks: a stream whose reader is slow runs out of credit
 * and stops itself alone.
 */
export class Tunnel {
  private readonly decoder = new FrameDecoder();
  private readonly control = new ControlAssembler();
  private readonly streams = new Map<number, TunnelStream>();
  /** Control frames, credits and resets: sent before everything. */
  private readonly urgent: Frame[] = [];
  private nextId: number;
  private lastRemoteId = 0;
  private isFaulty = false;

  constructor(private readonly side: TunnelSide) {
    this.nextId = side === 'operator' ? 1 : 2;
  }

  /** Bytes that wait to be sent. */
  get queuedBytes(): number {
    return this.sum(stream => stream.queued);
  }

  /** Takes in what the socket received. After a fault there is nothing more. */
  receive(chunk: Uint8Array): TunnelEvent[] {
    if (this.isFaulty) return [];
    const events: TunnelEvent[] = [];
    try {
      for (const frame of this.decoder.push(chunk)) {
        this.receiveFrame(frame, events);
        if (this.urgent.length > MAX_URGENT_FRAMES) {
          this.fault('The other side does not read what it asked for.', events);
        }
        if (this.isFaulty) break;
      }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.fault(error.message, events);
    }
    return events;
  }

  /** The next frame to send, or nothing when everything is sent or waits for credit. */
  next(): Uint8Array | undefined {
    const urgent = this.urgent.shift();
    if (urgent) return encodeFrame(urgent);
    const stream = nextSender(this.streams.values());
    if (!stream) return undefined;
    const { payload, isLast } = stream.take();
    stream.served += payload.length;
    this.forgetIfClosed(stream);
    return encodeFrame({
      type: FrameType.data,
      flags: isLast ? FrameFlag.end : 0,
      stream: stream.id,
      payload,
    });
  }

  /** Sends a control message. Throws a RangeError above 256 KiB. */
  sendControl(message: JsonObject): void {
    for (const part of divideControl(message)) {
      this.urgent.push({
        type: FrameType.data,
        stream: CONTROL_STREAM,
        ...part,
      });
    }
  }

  /** Opens a stream; nothing when 256 are open. */
  open(kind: StreamKind, meta: JsonObject = {}): number | undefined {
    if (this.streams.size >= MAX_STREAMS) return undefined;
    const id = this.nextId;
    this.nextId += 2;
    this.urgent.push({
      type: FrameType.open,
      flags: 0,
      stream: id,
      payload: encodeOpening(kind, meta),
    });
    this.add(id, kind);
    return id;
  }

  /** Queues data. False: the stream is not open for it, or the tunnel is full and the stream was reset. */
  write(id: number, bytes: Uint8Array): boolean {
    const stream = this.streams.get(id);
    if (stream?.local !== 'open') return false;
    if (this.queuedBytes + bytes.length > MAX_BUFFERED_BYTES) {
      this.reset(id, ResetCode.overload, 'Too much waits to be sent.');
      return false;
    }
    if (!stream.isSendable) {
      stream.served = startOfService(stream, this.streams.values());
    }
    stream.write(bytes);
    return true;
  }

  /** Sends no more on a stream, once what is queued is sent. */
  end(id: number): void {
    const stream = this.streams.get(id);
    if (stream?.local === 'open') stream.local = 'ending';
  }

  /** Ends a stream at once, both ways. */
  reset(id: number, code: number, message: string): void {
    if (!this.streams.delete(id)) return;
    this.sendReset(id, code, message);
  }

  /** Says that the application has read bytes of a stream, so that the other side may send more. */
  consume(id: number, bytes: number): void {
    const granted = this.streams.get(id)?.consume(bytes) ?? 0;
    if (granted === 0) return;
    const payload = new Uint8Array(4);
    new DataView(payload.buffer).setUint32(0, granted);
    this.urgent.push({ type: FrameType.credit, flags: 0, stream: id, payload });
  }

  private receiveFrame(frame: Frame, events: TunnelEvent[]): void {
    if (frame.stream === CONTROL_STREAM) {
      this.receiveControl(frame, events);
      return;
    }
    switch (frame.type) {
      case FrameType.open:
        this.receiveOpen(frame, events);
        break;
      case FrameType.data:
        this.receiveData(frame, events);
        break;
      case FrameType.credit:
        this.receiveCredit(frame, events);
        break;
      case FrameType.reset:
        if (this.streams.delete(frame.stream)) {
          events.push({
            event: 'reset',
            stream: frame.stream,
            ...readReset(frame.payload),
          });
        }
        break;
      default:
        if (frame.type < OPTIONAL_FRAME_TYPES) {
          this.breakStream(
            frame.stream,
            ResetCode.unsupported,
            `Frames of type ${frame.type} are not supported.`,
            events,
          );
        }
    }
  }

  private receiveControl(frame: Frame, events: TunnelEvent[]): void {
    if (frame.type >= OPTIONAL_FRAME_TYPES) return;
    if (frame.type !== FrameType.data) {
      this.fault(
        `Stream 0 carries control messages, not frames of type ${frame.type}.`,
        events,
      );
      return;
    }
    const { message, fault } = this.control.push(frame.payload, frame.flags);
    if (message) events.push({ event: 'control', message });
    if (fault) this.fault(fault, events);
  }

  private receiveOpen(frame: Frame, events: TunnelEvent[]): void {
    const { stream: id } = frame;
    const isRemoteId = (id % 2 === 1) === (this.side === 'portal');
    if (!isRemoteId || id <= this.lastRemoteId) {
      this.fault(`Stream ${id} cannot be opened: its id is not new.`, events);
      return;
    }
    this.lastRemoteId = id;
    const opening = readOpening(frame.payload);
    if (!opening) {
      this.sendReset(
        id,
        ResetCode.unsupported,
        'This kind of stream is not supported.',
      );
    } else if (this.streams.size >= MAX_STREAMS) {
      this.sendReset(
        id,
        ResetCode.overload,
        `${MAX_STREAMS} streams are open. Close one first.`,
      );
    } else {
      this.add(id, opening.kind);
      events.push({ event: 'opened', stream: id, ...opening });
    }
  }

  private receiveData(frame: Frame, events: TunnelEvent[]): void {
    const stream = this.streams.get(frame.stream);
    // Frames cross: what was sent before the other side knew of the end is dropped.
    if (!stream) return;
    const { payload } = frame;
    if (stream.remote === 'ended' || !stream.receive(payload.length)) {
      this.breakStream(
        stream.id,
        ResetCode.overrun,
        'More was sent than there was credit for.',
        events,
      );
      return;
    }
    if (this.sum(({ unread }) => unread) > MAX_BUFFERED_BYTES) {
      this.breakStream(
        stream.id,
        ResetCode.overload,
        'Too much waits to be read.',
        events,
      );
      return;
    }
    if (payload.length) {
      events.push({ event: 'data', stream: stream.id, bytes: payload });
    }
    if (frame.flags & FrameFlag.end) {
      stream.remote = 'ended';
      events.push({ event: 'ended', stream: stream.id });
      this.forgetIfClosed(stream);
    }
  }

  private receiveCredit(frame: Frame, events: TunnelEvent[]): void {
    const { payload } = frame;
    if (payload.length !== 4) {
      this.fault('A credit has four bytes.', events);
      return;
    }
    const stream = this.streams.get(frame.stream);
    if (!stream) return;
    const granted = new DataView(payload.buffer, payload.byteOffset);
    stream.sendCredit += granted.getUint32(0);
  }

  private add(id: number, kind: StreamKind): void {
    this.streams.set(
      id,
      new TunnelStream(id, kind, streamPriority(kind, this.side)),
    );
  }

  /** Resets a stream for what the other side did, and tells both. */
  private breakStream(
    id: number,
    code: number,
    message: string,
    events: TunnelEvent[],
  ): void {
    if (!this.streams.delete(id)) return;
    this.sendReset(id, code, message);
    events.push({ event: 'reset', stream: id, code, message });
  }

  private sendReset(id: number, code: number, message: string): void {
    this.urgent.push({
      type: FrameType.reset,
      flags: 0,
      stream: id,
      payload: encodeReset(code, message),
    });
  }

  private fault(message: string, events: TunnelEvent[]): void {
    this.isFaulty = true;
    events.push({ event: 'fault', message });
  }

  private forgetIfClosed(stream: TunnelStream): void {
    if (stream.isClosed) this.streams.delete(stream.id);
  }

  private sum(count: (stream: TunnelStream) => number): number {
    let total = 0;
    for (const stream of this.streams.values()) total += count(stream);
    return total;
  }
}
