import type { SidecarMessage, TransientEvent } from '@greenroom/protocol';
import type { SecretStore } from '../redaction/SecretStore';

/** Streams of deltas that are redacted at the same time; the oldest is ended beyond this. */
const MOST_STREAMS = 256;

interface Stream {
  redaction: ReturnType<SecretStore['textStream']>;
}

/** What the deltas' way out needs. */
export interface DeltaStreamOptions {
  secrets: SecretStore;
  send(message: SidecarMessage): boolean;
  /** Bytes that wait in the connection; deltas are dropped rather than queued. */
  bufferedBytes(): number;
}

/** Deltas are worth nothing late: above this they are dropped, and the durable event shows the whole. */
const LARGEST_BACKLOG_BYTES = 512 * 1024;

/** Shows deltas while they happen: redacted by the same search as events, with hold-back, so that a secret in pieces is caught. */
export class DeltaStream {
  private readonly streams = new Map<string, Stream>();

  constructor(private readonly options: DeltaStreamOptions) {}

  show(
    sessionId: string,
    event: TransientEvent,
    turnId: string | undefined,
  ): void {
    const safe = this.redact(sessionId, event);
    if (!safe || this.options.bufferedBytes() > LARGEST_BACKLOG_BYTES) return;
    this.options.send({
      type: 'delta',
      session_id: sessionId,
      ...(turnId && { turn_id: turnId }),
      event: safe,
    });
  }

  private redact(
    sessionId: string,
    event: TransientEvent,
  ): TransientEvent | undefined {
    if (event.type === 'presence' || event.type === 'typing') return event;
    const { payload } = event;
    const key = `${sessionId}/${event.type}/${payload.event_id}`;
    const text = this.streamOf(key).redaction.push(payload.text);
    if (text === '') return undefined;
    return { ...event, payload: { ...payload, text } } as TransientEvent;
  }

  private streamOf(key: string): Stream {
    const known = this.streams.get(key);
    if (known) return known;
    const stream = { redaction: this.options.secrets.textStream() };
    this.streams.set(key, stream);
    // What a dropped stream holds back is shown with the durable event.
    if (this.streams.size > MOST_STREAMS)
      this.streams.delete(this.streams.keys().next().value!);
    return stream;
  }
}
