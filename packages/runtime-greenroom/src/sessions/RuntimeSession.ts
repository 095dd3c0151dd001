import { randomUUID } from 'node:crypto';
import type { EventStream } from '../events/EventStream';
import type { Inject } from '../messages/Inject';
import { PendingRequests } from '../turns/PendingRequests';
import type { Turn, TurnOutcome, TurnRunner } from '../turns/Turn';

interface QueuedTurn {
  id: string;
  inject: Inject;
  abort: AbortController;
}

/** Messages that may wait in one session; beyond it a sender hears that it is full. */
const QUEUE_LIMIT = 1_000;

/** Above the grace that programs get to end, below the second that a cancel may take. */
const WIND_DOWN_MS = 800;

/** One session: its queue of messages, and the one turn that runs. */
export class RuntimeSession {
  private readonly queue: QueuedTurn[] = [];
  private readonly requests = new PendingRequests();
  private running: QueuedTurn | undefined;
  private closed = false;

  constructor(
    readonly id: string,
    private runner: TurnRunner,
    private readonly events: EventStream,
  ) {}

  /** True while there is no turn running or waiting. */
  get isIdle(): boolean {
    return !this.running && this.queue.length === 0;
  }

  /** Queues a message; false when too many wait. */
  enqueue(inject: Inject): boolean {
    if (this.queue.length >= QUEUE_LIMIT) return false;
    this.queue.push({
      id: inject.turn_id ?? randomUUID(),
      inject,
      abort: new AbortController(),
    });
    this.startNext();
    return true;
  }

  /** Hands a person's decision to the turn that waits for it; false when none does. */
  answer(inject: Inject): boolean {
    if (!inject.request_id) return false;
    return this.requests.answer(
      inject.request_id,
      inject.decision ?? {
        approved: true,
        expired: false,
        answer: inject.text,
      },
    );
  }

  /** Aborts one turn, or all of them when none is named. */
  cancel(turnId: string | undefined, reason: string): void {
    const wanted = (turn: QueuedTurn) => !turnId || turn.id === turnId;
    for (const turn of this.queue.filter(wanted)) {
      this.queue.splice(this.queue.indexOf(turn), 1);
      this.emit(turn, 'turn.cancelled', cancellation(reason));
    }
    if (this.running && wanted(this.running)) this.running.abort.abort(reason);
  }

  async close(reason: string): Promise<void> {
    this.closed = true;
    this.cancel(undefined, reason);
    await this.runner.close?.();
  }

  private startNext(): void {
    if (this.running || this.closed) return;
    const turn = this.queue.shift();
    if (!turn) return;
    this.running = turn;
    void this.perform(turn).finally(() => {
      this.running = undefined;
      this.startNext();
    });
  }

  private async perform(turn: QueuedTurn): Promise<void> {
    this.emit(turn, 'turn.started', {});
    const { signal } = turn.abort;
    const result = await Promise.race([
      this.outcome(turn),
      windingDown(signal),
    ]);
    if (!result || signal.aborted) {
      this.emit(turn, 'turn.cancelled', cancellation(String(signal.reason)));
      return;
    }
    this.emit(turn, 'turn.finished', { ...result });
  }

  private async outcome(turn: QueuedTurn): Promise<TurnOutcome> {
    try {
      return await this.runner.run(this.turnOf(turn));
    } catch (error) {
      return {
        outcome: 'failed',
        error: { reason: 'RuntimeError', message: (error as Error).message },
      };
    }
  }

  private turnOf(turn: QueuedTurn): Turn {
    const { signal } = turn.abort;
    const emit: Turn['emit'] = (type, payload, eventId) => {
      // What a cancelled turn still says would follow its end.
      if (!signal.aborted) this.emit(turn, type, payload, eventId);
    };
    const request = (
      type: string,
      timeoutMs: number,
      payload: Record<string, unknown>,
    ) => {
      const requestId = randomUUID();
      const decision = this.requests.wait(requestId, timeoutMs, signal);
      emit(type, { request_id: requestId, timeout_ms: timeoutMs, ...payload });
      return decision;
    };
    return {
      id: turn.id,
      kind: turn.inject.kind === 'task' ? 'task' : 'message',
      text: turn.inject.text,
      signal,
      emit,
      requestPermission: ({ timeoutMs, ...rest }) =>
        request('agent.permission_request', timeoutMs, rest),
      requestInput: ({ timeoutMs, ...rest }) =>
        request('agent.input_request', timeoutMs, rest),
    };
  }

  private emit(
    turn: QueuedTurn,
    type: string,
    payload: Record<string, unknown>,
    eventId: string = randomUUID(),
  ): void {
    this.events.emit({
      event_id: eventId,
      type,
      session_id: this.id,
      turn_id: turn.id,
      ...(turn.inject.event_id && { causation_id: turn.inject.event_id }),
      payload,
    });
  }
}

/** Resolves when cancelled work had its time to end: "cancelled" is said within a second, whatever hangs. */
function windingDown(signal: AbortSignal): Promise<undefined> {
  return new Promise(resolve =>
    signal.addEventListener(
      'abort',
      () => setTimeout(() => resolve(undefined), WIND_DOWN_MS),
      { once: true },
    ),
  );
}

/** One word is a reason for programs; a sentence is for people. */
function cancellation(reason: string): { reason: string; message?: string } {
  return /^[A-Za-z]{1,128}$/.test(reason)
    ? { reason }
    : { reason: 'Cancelled', message: reason };
}
