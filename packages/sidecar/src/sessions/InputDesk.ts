import type { SessionInput } from '@greenroom/protocol';
import { v7 } from 'uuid';
import type { HeldSession } from '../log/HeldSession';
import type { RunningTurn } from '../log/LogRecord';
import { decideInput } from './decideInput';
import type { DeliveryOutcome, InputDelivery } from './InputDelivery';
import type { SessionDesk } from './SessionDesk';

/** Takes inputs in: each once, recorded before the runtime hears it, delivered in order. */
export class InputDesk {
  constructor(
    private readonly desk: SessionDesk,
    private readonly delivery: InputDelivery,
  ) {}

  /** `input`: the answer is an `input_status`. */
  async take(input: SessionInput): Promise<void> {
    const { log, send, now = Date.now } = this.desk.options;
    const session = this.desk.get(input.session_id);
    const forgotten = log.state.forgotten.get(input.session_id);
    const decision = decideInput({ input, session, forgotten, now: now() });
    if (decision.act === 'wait') return;
    if (decision.act === 'take') {
      const turn = input.turn_id ?? v7();
      const { id, session_id: s } = input;
      await log.record({ r: 'input', s, id, state: 'taken', input, turn });
      this.deliver(session!, input, turn);
      return;
    }
    const { act: _, turnId, ...rest } = decision;
    if (decision.state === 'expired' && session) {
      const { id, session_id: s } = input;
      await log.record({ r: 'input', s, id, state: 'expired' });
    }
    send({
      type: 'input_status',
      id: input.id,
      session_id: input.session_id,
      ...rest,
      ...(turnId && { turn_id: turnId }),
    });
  }

  /** Carries on what a former process had taken. */
  resume(session: HeldSession): void {
    if (session.turn) this.desk.turns.signals.start(session.id);
    for (const [id, { state, input, turnId }] of session.inputs) {
      if (state === 'taken' && input) {
        this.deliver(session, input, turnId ?? v7());
      } else if (state === 'delivered' && turnId && input?.kind !== 'answer') {
        this.desk.turns.expect(session, { id: turnId, inputId: id });
      }
    }
  }

  private deliver(
    session: HeldSession,
    input: SessionInput,
    turnId: string,
  ): void {
    void this.desk.queueOf(session.id).run(async () => {
      if (session.state !== 'open') return;
      await this.record(session, input);
      const turn = { id: turnId, inputId: input.id };
      const opensTurn = input.kind !== 'answer';
      if (opensTurn) await this.beforeTurn(session, turn);
      const outcome = await this.delivery.deliver(session, input, turnId);
      if (outcome.state === 'stopped') return;
      await this.settle(session, input, turn, outcome);
      if (opensTurn && outcome.state === 'failed') {
        await this.endUndelivered(session, turn, outcome);
      } else if (opensTurn && outcome.state === 'expired') {
        this.desk.turns.unexpect(session, turnId);
      }
    });
  }

  private async settle(
    session: HeldSession,
    input: SessionInput,
    turn: RunningTurn,
    outcome: Exclude<DeliveryOutcome, { state: 'stopped' }>,
  ): Promise<void> {
    const { log, send } = this.desk.options;
    // An answer opens no turn, so there is nothing to wait for after it is delivered.
    const isDone = input.kind === 'answer' && outcome.state === 'delivered';
    const hasEnded = this.desk.turns.hasEnded(turn.id);
    await log.record({
      r: 'input',
      s: session.id,
      id: input.id,
      state: isDone || hasEnded ? 'done' : outcome.state,
      turn: turn.id,
    });
    send({
      type: 'input_status',
      id: input.id,
      session_id: session.id,
      state: outcome.state === 'delivered' ? 'accepted' : outcome.state,
      turn_id: turn.id,
      ...(outcome.state === 'failed' && {
        reason: outcome.reason,
        message: outcome.message,
      }),
    });
  }

  private async endUndelivered(
    session: HeldSession,
    turn: RunningTurn,
    { reason, message }: Extract<DeliveryOutcome, { state: 'failed' }>,
  ): Promise<void> {
    if (reason === 'Cancelled') {
      const payload = { reason: message };
      await this.desk.endTurn(session, turn, 'turn.cancelled', payload);
    } else {
      const payload = { outcome: 'failed', error: { reason, message } };
      await this.desk.endTurn(session, turn, 'turn.finished', payload);
    }
  }

  /** What a person said goes on the record before the runtime hears it. */
  private async record(
    session: HeldSession,
    input: SessionInput,
  ): Promise<void> {
    const { id: input_id, text, kind, actor } = input;
    const source = `input:${input_id}`;
    if (session.seen.has(source)) return;
    const request_id = input.request_id ?? input_id;
    const draft =
      kind === 'answer'
        ? {
            type: 'user.input_response',
            payload: { request_id, text, input_id },
            actor,
          }
        : { type: 'user.message', payload: { text, kind, input_id }, actor };
    await this.desk.emit(session.id, draft, { emitter: 'greenroom', source });
  }

  private async beforeTurn(
    session: HeldSession,
    next: RunningTurn,
  ): Promise<void> {
    if (this.desk.options.driver.reportsTurns) {
      this.desk.turns.expect(session, next);
      this.desk.turns.signals.start(session.id);
      return;
    }
    const { turn } = session;
    if (turn?.id === next.id) return;
    // A plain runtime may never end a turn; the next message does.
    if (turn) {
      const payload = { outcome: 'completed' };
      await this.desk.endTurn(session, turn, 'turn.finished', payload);
    }
    await this.desk.startTurn(session, next);
  }
}
