import { createHash } from 'node:crypto';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { RuntimeCapabilities } from '@greenroom/protocol';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { z } from 'zod';
import { backOffMs, RUNTIME_BACK_OFF } from '../ingest/backOff';
import { pause } from '../ingest/pause';
import type { ReadMark } from '../log/LogRecord';
import { callRuntime, type Answer } from './callRuntime';
import { readRuntimeEvents } from './readRuntimeEvents';
import { REPLAY_HISTORY, ReplayFilter } from './ReplayFilter';
import {
  RuntimeRefusedError,
  type RuntimeDriver,
  type RuntimeEvent,
  type RuntimeInput,
  type RuntimeSession,
  type RuntimeSignal,
} from './RuntimeDriver';

/** A replay arrives in one burst; what a burst left undecided after this is new. */
const REPLAY_QUIET_MS = 250;
/** Largest server-sent event that is read; the pipeline refuses events above 1 MiB anyway. */
const LARGEST_EVENT_CHARACTERS = 4 * 1024 * 1024;
/** A runtime takes an input at once and works on it later. */
const INPUT_TIMEOUT_MS = 10_000;
/** Less than the second in which a cancel must reach the model call. */
const CANCEL_TIMEOUT_MS = 900;
const HEALTH_TIMEOUT_MS = 2_000;

const Health = z.object({
  contract: z.string().max(100).optional(),
  /** What the ids of its events begin with. */
  instance: z.string().max(100).optional(),
  capabilities: RuntimeCapabilities.partial().optional(),
});

const PLAIN: RuntimeCapabilities = RuntimeCapabilities.parse({});

/** Where the runtime listens. */
export interface StreamDriverOptions {
  runtimeUrl: URL;
  injectUrl: URL;
  /** Time for the first answer before the runtime counts as failed, in milliseconds. */
  deadlineMs: number;
}

interface Read {
  event: RuntimeEvent;
  mark: ReadMark;
}

/** Speaks the contract `stream`: x1agent's, and Greenroom's additions where the runtime has them. */
export class StreamDriver implements RuntimeDriver {
  capabilities = PLAIN;
  contract = 'stream';
  private replay = new ReplayFilter<Read>(REPLAY_HISTORY);

  constructor(private readonly options: StreamDriverOptions) {}

  get reportsTurns(): boolean {
    return this.contract.startsWith('greenroom/');
  }

  async *signals(
    from: { cursor?: string; keys: readonly string[] },
    signal: AbortSignal,
  ): AsyncIterable<RuntimeSignal> {
    let { cursor } = from;
    let instance = instanceOf(cursor);
    this.replay = new ReplayFilter<Read>(REPLAY_HISTORY, [...from.keys]);
    let hasRun = false;
    while (!signal.aborted) {
      const waited = yield* this.awaitHealth(hasRun, signal);
      if (!waited) return;
      const seen = { instance: undefined as string | undefined };
      // A runtime that names itself is known before its first event; else only that event can tell.
      const isAnother =
        waited.instance !== undefined &&
        instance !== undefined &&
        waited.instance !== instance;
      // Another process is known by its predecessor's absence, too; its first event must not tell it again.
      const isSuccessor =
        waited.wasGone &&
        (hasRun || instance !== undefined || from.keys.length > 0);
      instance = waited.wasGone ? waited.instance : waited.instance ?? instance;
      yield {
        kind: 'ready',
        contract: this.contract,
        capabilities: this.capabilities,
        restarted: isAnother || isSuccessor,
      };
      hasRun = true;
      this.replay.reconnected();
      try {
        for await (const read of this.readStream(cursor, signal)) {
          if ('unreadable' in read) {
            yield { kind: 'unreadable', message: read.unreadable };
            continue;
          }
          cursor = read.mark.cursor ?? cursor;
          const current = instanceOf(read.mark.cursor);
          if (current && instance && current !== instance && !seen.instance) {
            yield {
              kind: 'ready',
              contract: this.contract,
              capabilities: this.capabilities,
              restarted: true,
            };
          }
          if (current) {
            instance = current;
            seen.instance = current;
          }
          yield { kind: 'event', ...read };
        }
        if (!signal.aborted)
          yield { kind: 'lost', message: 'the runtime ended its event stream' };
      } catch (error) {
        if (!signal.aborted)
          yield { kind: 'lost', message: (error as Error).message };
      }
      await pause(backOffMs(RUNTIME_BACK_OFF, 1, Math.random()), signal);
    }
  }

  async open(session: RuntimeSession): Promise<'opened' | 'kept'> {
    if (!this.reportsTurns) return 'opened';
    const answer = await this.post('/open', session, INPUT_TIMEOUT_MS);
    return answer.body.includes('already open') ? 'kept' : 'opened';
  }

  async send(input: RuntimeInput): Promise<void> {
    await this.post('/inject', input, INPUT_TIMEOUT_MS);
  }

  async cancel(request: {
    session_id: string;
    turn_id?: string;
    reason: string;
  }): Promise<void> {
    await this.post('/cancel', request, CANCEL_TIMEOUT_MS);
  }

  async close(sessionId: string): Promise<void> {
    if (this.reportsTurns)
      await this.post('/close', { session_id: sessionId }, INPUT_TIMEOUT_MS);
    // A plain runtime has one session, which is its process; the pod's end ends it.
  }

  async shutdown(reason: string): Promise<void> {
    await this.post(
      '/shutdown',
      { is_success: false, error: reason },
      CANCEL_TIMEOUT_MS,
    );
  }

  /** Waits until the runtime answers, for ever. Says once that it is late. */
  private async *awaitHealth(
    hasRun: boolean,
    signal: AbortSignal,
  ): AsyncGenerator<
    RuntimeSignal,
    { wasGone: boolean; instance?: string } | undefined
  > {
    const deadline = Date.now() + this.options.deadlineMs;
    let said = false;
    let wasGone = false;
    let because = '';
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        const answer = await callRuntime(
          new URL('/health', this.options.runtimeUrl),
          { method: 'GET', timeoutMs: HEALTH_TIMEOUT_MS },
        );
        if (answer.status === 200) {
          return { wasGone, instance: this.readHealth(answer) };
        }
        because = `GET /health answered ${answer.status}`;
      } catch (error) {
        because = (error as Error).message;
        // Nobody listens any more: the process is gone, and the next one to answer is another.
        if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') {
          if (hasRun && !wasGone) {
            yield { kind: 'gone', message: 'The runtime’s process ended.' };
          }
          wasGone = true;
        }
      }
      if (!said && Date.now() > deadline) {
        said = true;
        yield {
          kind: 'failed',
          message: `The runtime did not answer on ${
            this.options.runtimeUrl.host
          } within ${
            this.options.deadlineMs / 1000
          } s (${because}). See the log of the container "agent".`,
        };
      }
      await pause(backOffMs(RUNTIME_BACK_OFF, attempt, Math.random()), signal);
    }
    return undefined;
  }

  /** Takes over what the runtime can do; returns its instance, if it says. */
  private readHealth({ body }: Answer): string | undefined {
    let health: z.infer<typeof Health> = {};
    try {
      health = Health.parse(JSON.parse(body));
    } catch {
      // A plain runtime answers "ok".
    }
    this.contract = health.contract ?? 'stream';
    this.capabilities = { ...PLAIN, ...health.capabilities };
    return health.instance;
  }

  private async *readStream(
    cursor: string | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<Read | { unreadable: string }> {
    const response = await this.connect(cursor, signal);
    const messages: EventSourceMessage[] = [];
    const faults: string[] = [];
    const parser = createParser({
      maxBufferSize: LARGEST_EVENT_CHARACTERS,
      onEvent: message => messages.push(message),
      onError: error => faults.push(error.message),
    });
    // Streaming, so that a character split over two chunks comes out whole.
    const decoder = new TextDecoder('utf-8');
    const chunks = response[Symbol.asyncIterator]();
    let next = chunks.next();
    try {
      for (;;) {
        const quiet = this.replay.isUndecided
          ? pause(REPLAY_QUIET_MS, signal).then(() => 'quiet' as const)
          : undefined;
        const result = await (quiet ? Promise.race([next, quiet]) : next);
        if (result === 'quiet') {
          yield* this.replay.settle();
          continue;
        }
        if (result.done) break;
        next = chunks.next();
        // Rejections are seen when it is awaited; without this an early end would count as unhandled.
        next.catch(() => undefined);
        parser.feed(
          decoder.decode(result.value as Uint8Array, { stream: true }),
        );
        if (faults.length > 0)
          throw new Error(
            `the runtime's event stream cannot be read: ${faults[0]}`,
          );
        for (const message of messages.splice(0))
          yield* this.readMessage(message);
      }
      yield* this.replay.settle();
    } finally {
      response.destroy();
    }
  }

  private *readMessage({
    data,
    id,
  }: EventSourceMessage): Generator<Read | { unreadable: string }> {
    for (const event of readRuntimeEvents(data)) {
      if ('unreadable' in event) {
        yield event;
        continue;
      }
      if (event.eventId || id) yield { event, mark: id ? { cursor: id } : {} };
      else {
        const key = createHash('sha256')
          .update(JSON.stringify(event))
          .digest('base64');
        yield* this.replay.offer(key, { event, mark: { key } });
      }
    }
  }

  private connect(
    cursor: string | undefined,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      httpGet(
        new URL('/stream', this.options.runtimeUrl),
        {
          signal,
          agent: false,
          headers: {
            accept: 'text/event-stream',
            ...(cursor && { 'last-event-id': cursor }),
          },
        },
        response => {
          if (response.statusCode === 200) resolve(response);
          else {
            response.destroy();
            reject(new Error(`GET /stream answered ${response.statusCode}`));
          }
        },
      ).on('error', reject);
    });
  }

  private async post(
    path: string,
    body: unknown,
    timeoutMs: number,
  ): Promise<Answer> {
    let answer: Answer;
    try {
      answer = await callRuntime(new URL(path, this.options.injectUrl), {
        method: 'POST',
        body,
        timeoutMs,
      });
    } catch (error) {
      throw new RuntimeRefusedError(
        `The runtime could not be reached (POST ${path}): ${
          (error as Error).message
        }`,
        'retry',
        { cause: error },
      );
    }
    const { status } = answer;
    if (status >= 200 && status < 300) return answer;
    const said = `The runtime answered POST ${path} with ${status}: ${sentenceOf(
      answer.body,
    )}`;
    if (status === 404 && path !== '/open')
      throw new RuntimeRefusedError(said, 'unknownSession');
    throw new RuntimeRefusedError(
      said,
      status === 429 || status >= 500 ? 'retry' : 'refused',
    );
  }
}

/** What a runtime says about why: the `error` of a JSON answer, or the text. */
function sentenceOf(body: string): string {
  try {
    const { error } = JSON.parse(body);
    if (typeof error === 'string') return error;
  } catch {
    // Not JSON: the text itself is the reason.
  }
  return body.trim().slice(0, 500) || 'it gave no reason';
}

/** The part of an event's id that names the runtime's process, in ids of the form `<instance>-<position>`. */
function instanceOf(cursor: string | undefined): string | undefined {
  return /^(.+)-[0-9]+$/.exec(cursor ?? '')?.[1];
}
