import type { SessionInput } from '@greenroom/protocol';
import { backOffMs, RUNTIME_BACK_OFF } from '../ingest/backOff';
import type { HeldSession } from '../log/HeldSession';
import {
  RuntimeRefusedError,
  type RuntimeDriver,
  type RuntimeInput,
} from '../runtime/RuntimeDriver';
import { isExpired } from './decideInput';
import type { RuntimeGate } from './RuntimeGate';

/** What became of a delivery. */
export type DeliveryOutcome =
  | { state: 'delivered' }
  | { state: 'expired' }
  /** The process ends; the next one delivers it. */
  | { state: 'stopped' }
  | { state: 'failed'; reason: string; message: string };

/** What the delivery works with. */
export interface InputDeliveryOptions {
  driver: RuntimeDriver;
  gate: RuntimeGate;
  /** Aborts when the process ends. */
  signal: AbortSignal;
  /** Opens the session in a runtime that does not know it. */
  reopen(session: HeldSession): Promise<void>;
  now?: () => number;
}

/** Brings inputs to the runtime: waits for it, tries again where that may help, gives up only with a reason. */
export class InputDelivery {
  /** Inputs that were cancelled before the runtime had them, and why. */
  private readonly cancelled = new Map<string, string>();

  constructor(private readonly options: InputDeliveryOptions) {}

  /** Gives up the session's inputs that the runtime does not have; all of them, or those of one turn. */
  cancel(session: HeldSession, reason: string, turnId?: string): void {
    for (const [id, held] of session.inputs) {
      if (held.state === 'taken' && (!turnId || held.turnId === turnId)) {
        this.cancelled.set(id, reason);
      }
    }
  }

  async deliver(
    session: HeldSession,
    input: SessionInput,
    turnId: string,
  ): Promise<DeliveryOutcome> {
    const { gate } = this.options;
    try {
      for (let attempt = 1; ; attempt++) {
        await gate.whenReady(
          () => this.reasonToStop(session, input) !== undefined,
        );
        const stop = this.reasonToStop(session, input);
        if (stop) return stop;
        const refused = await this.attempt(session, input, turnId);
        if (!refused) return { state: 'delivered' };
        if (refused.kind === 'refused') {
          return {
            state: 'failed',
            reason: 'RuntimeRefused',
            message: refused.message,
          };
        }
        await gate.pause(backOffMs(RUNTIME_BACK_OFF, attempt, Math.random()));
      }
    } finally {
      this.cancelled.delete(input.id);
    }
  }

  private reasonToStop(
    session: HeldSession,
    input: SessionInput,
  ): DeliveryOutcome | undefined {
    const { signal, now = Date.now } = this.options;
    if (signal.aborted) return { state: 'stopped' };
    if (session.state !== 'open') {
      return {
        state: 'failed',
        reason: 'SessionEnded',
        message: 'The session ended before the input was delivered.',
      };
    }
    const cancelled = this.cancelled.get(input.id);
    if (cancelled !== undefined) {
      return { state: 'failed', reason: 'Cancelled', message: cancelled };
    }
    return isExpired(input, now()) ? { state: 'expired' } : undefined;
  }

  private async attempt(
    session: HeldSession,
    input: SessionInput,
    turnId: string,
  ): Promise<RuntimeRefusedError | undefined> {
    try {
      await this.options.driver.send(runtimeInput(input, turnId));
      return undefined;
    } catch (error) {
      if (!(error instanceof RuntimeRefusedError)) throw error;
      if (error.kind !== 'unknownSession') return error;
      try {
        await this.options.reopen(session);
        return new RuntimeRefusedError(error.message, 'retry');
      } catch (again) {
        return again instanceof RuntimeRefusedError
          ? again
          : new RuntimeRefusedError((again as Error).message, 'refused');
      }
    }
  }
}

function runtimeInput(input: SessionInput, turnId: string): RuntimeInput {
  const { payload } = input;
  return {
    text: input.text,
    session_id: input.session_id,
    event_id: input.id,
    kind: input.kind,
    sender_id: input.actor.id,
    ...(input.kind !== 'answer' && { turn_id: turnId }),
    ...(input.request_id && { request_id: input.request_id }),
    ...(input.kind === 'answer' && {
      decision: { approved: payload?.approved !== false, answer: input.text },
    }),
  };
}
