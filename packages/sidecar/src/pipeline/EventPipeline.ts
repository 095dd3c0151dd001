import { createHash, randomBytes } from 'node:crypto';
import {
  canonicalJson,
  formatTimestamp,
  SessionChain,
  toCanonicalValue,
  type Actor,
  type JsonObject,
  type RedactedPayload,
} from '@greenroom/protocol';
import { nodeSha256 } from '@greenroom/protocol/node';
import { v7 } from 'uuid';
import type { HeldSession } from '../log/HeldSession';
import type { SessionLog } from '../log/SessionLog';
import type { EmitOptions, EmittedEvent, EventDraft } from './EventDraft';
import { judgeDraft } from './judgeDraft';
import { LARGEST_INLINE_BYTES, shortenPayload } from './shortenPayload';

/** An event was not taken; the message is for whoever sent it. */
export class EventRefusedError extends Error {
  readonly name = 'EventRefusedError';

  constructor(
    message: string,
    readonly reason:
      | 'Forbidden'
      | 'SessionEnded'
      | 'UnknownSession'
      | 'Overloaded',
  ) {
    super(message);
  }
}

/** Keeps the whole of a payload that is too large for its event. */
export interface BlobKeeper {
  keep(sessionId: string, digest: string, bytes: Buffer): Promise<void>;
}

/** Takes secrets out of an event; what cannot be made safe it withholds. Never throws. */
export interface EventRedactor {
  redactEvent(event: {
    type: string;
    id?: string;
    payload: JsonObject;
  }): Promise<RedactedPayload>;
}

/** What the pipeline works with. */
export interface EventPipelineOptions {
  log: SessionLog;
  redactor: EventRedactor;
  blobs: BlobKeeper;
  agent: Actor;
  /** The log cannot be written. */
  onFailed(error: Error): void;
  /** Called when an entry is on the disk, in the order of the session's chain. */
  onDurable(session: HeldSession, event: EmittedEvent): void;
  now?: () => number;
}

/** Events that may wait for the pipeline; above it a source is told to wait, and streams are not read on. */
const MOST_WAITING = 2_000;
const LARGEST_BODY_BYTES = 768 * 1024;
const OUTPUT_CHARACTERS = 500;

/**
 * The one way of an event into a session, whatever its source: validate → redact → canonical bytes → chain → write-ahead log →
 * transport. All sources share one queue, so that a result is never overtaken by the completion that follows it.
 */
export class EventPipeline {
  private tail: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private readonly chains = new Map<string, SessionChain>();

  constructor(private readonly options: EventPipelineOptions) {}

  /** Events that are not recorded yet. */
  get backlog(): number {
    return this.waiting;
  }

  /**
   * Takes an event in. Events are recorded in the order of the calls.
   *
   * @returns when the event is on the disk; with `until: 'placed'` when it has its place in the chain and in the state
   * @throws {@link EventRefusedError}
   */
  emit(
    sessionId: string,
    draft: EventDraft,
    options: EmitOptions,
  ): Promise<EmittedEvent> {
    if (this.waiting >= MOST_WAITING && options.emitter === 'agent') {
      return Promise.reject(
        new EventRefusedError(
          `${this.waiting} events wait to be recorded. Send this one again in a second.`,
          'Overloaded',
        ),
      );
    }
    this.waiting += 1;
    const taken = this.tail.then(() => this.take(sessionId, draft, options));
    // The next event must not wait for this one's disk, only for its place in the chain.
    this.tail = taken.then(
      () => undefined,
      () => undefined,
    );
    const durable = taken
      .then(async entry => {
        await entry.durable;
        return entry.emitted;
      })
      .finally(() => {
        this.waiting -= 1;
      });
    if (options.until !== 'placed') return durable;
    // A log that cannot be written ends the process; whoever did not wait for it must not be the one to notice.
    durable.catch(error => {
      if (!(error instanceof EventRefusedError)) this.options.onFailed(error);
    });
    return taken.then(({ emitted }) => emitted);
  }

  /** Waits until everything that was emitted so far is on the disk or refused. */
  async drain(): Promise<void> {
    await this.tail;
    await this.options.log.record();
  }

  /** Forgets what is kept of a session's chain; it is resumed from the log when needed. */
  forget(sessionId: string): void {
    this.chains.delete(sessionId);
  }

  private async take(
    sessionId: string,
    draft: EventDraft,
    options: EmitOptions,
  ): Promise<{ durable: Promise<void>; emitted: EmittedEvent }> {
    const session = this.options.log.state.sessions.get(sessionId);
    if (!session)
      throw new EventRefusedError(
        `Session "${sessionId}" is not open here.`,
        'UnknownSession',
      );
    if (session.state !== 'open')
      throw new EventRefusedError(
        `Session "${sessionId}" has ended; nothing can be added to it.`,
        'SessionEnded',
      );
    const judged = judgeDraft(draft.type, draft.payload, options.emitter);
    if (!judged.accepted)
      throw new EventRefusedError(judged.message, judged.reason);
    const id = draft.id ?? v7();
    const safe = await this.makeSafe(session, judged.type, judged.payload, id);
    const body = canonicalJson({
      v: 1,
      session_id: sessionId,
      epoch: session.epoch,
      seq: session.seq + 1,
      id,
      ts: formatTimestamp((this.options.now ?? Date.now)()),
      actor: draft.actor ?? this.options.agent,
      ...(draft.turnId && { turn_id: draft.turnId }),
      ...(draft.causationId && { causation_id: draft.causationId }),
      ...(draft.trace && { trace: draft.trace }),
      ...safe,
    });
    const entry = this.chainOf(session).append(body, randomBytes(16));
    const output = outputOf(safe);
    const durable = this.options.log.record({
      r: 'entry',
      s: sessionId,
      epoch: session.epoch,
      entry,
      ...(options.source && { source: options.source }),
      ...(options.mark && { mark: options.mark }),
      ...(options.turn !== undefined && { turn: options.turn }),
      ...(output && { output }),
    });
    const emitted = { id, seq: entry.seq, type: safe.type };
    return {
      durable: durable.then(() => this.options.onDurable(session, emitted)),
      emitted,
    };
  }

  // Redact before hashing and before the disk: the chain must verify against what was stored, and a raw secret is never stored.
  private async makeSafe(
    session: HeldSession,
    type: string,
    payload: Record<string, unknown>,
    id: string,
  ): Promise<{
    type: string;
    payload: JsonObject;
    blob?: { digest: string; bytes: number };
  }> {
    const redacted = await this.options.redactor.redactEvent({
      type,
      id,
      payload: toCanonicalValue(payload) as JsonObject,
    });
    if ('withheld' in redacted) {
      return {
        type: 'system.withheld',
        payload: toCanonicalValue(redacted.withheld) as JsonObject,
      };
    }
    const safe = redacted.kept;
    const bytes = Buffer.from(JSON.stringify(safe));
    if (bytes.length <= LARGEST_INLINE_BYTES) return { type, payload: safe };
    const digest = createHash('sha256').update(bytes).digest('hex');
    await this.options.blobs.keep(session.id, digest, bytes);
    const short = shortened(safe);
    return short
      ? { type, payload: short, blob: { digest, bytes: bytes.length } }
      : {
          type: 'agent.custom',
          payload: {
            type,
            payload: null,
            problem: `The payload of ${bytes.length} bytes is in the blob.`,
          },
          blob: { digest, bytes: bytes.length },
        };
  }

  private chainOf(session: HeldSession): SessionChain {
    const known = this.chains.get(session.id);
    if (
      known &&
      known.head.seq === session.seq &&
      known.head.hash === session.hash
    )
      return known;
    const chain = SessionChain.resume(
      session.id,
      { seq: session.seq, hash: session.hash },
      nodeSha256,
    );
    this.chains.set(session.id, chain);
    return chain;
  }
}

/** Cuts harder until the payload fits; undefined when it is made of too many small parts. */
function shortened(payload: JsonObject): JsonObject | undefined {
  for (const kept of [32_768, 8_192, 2_048, 256]) {
    const short = shortenPayload(payload, kept) as JsonObject;
    if (JSON.stringify(short).length <= LARGEST_BODY_BYTES / 8) return short;
  }
  return undefined;
}

/** The end of what an event says, for the message of a later failure. */
function outputOf({
  type,
  payload,
}: {
  type: string;
  payload: JsonObject;
}): string | undefined {
  const said =
    type === 'agent.tool_result'
      ? payload.content
      : payload.text ?? payload.message;
  if (!type.startsWith('agent.') || typeof said !== 'string' || said === '')
    return undefined;
  return toCanonicalValue(said.slice(-OUTPUT_CHARACTERS)) as string;
}
