import type { OperatorMessageOf } from '@greenroom/protocol';
import type { HeldSession } from '../log/HeldSession';
import type { RunningTurn } from '../log/LogRecord';
import { decideSessionEnd, type SessionEnd } from './decideSessionEnd';
import type { InputDelivery } from './InputDelivery';
import type { RuntimeGate } from './RuntimeGate';
import type { SessionDesk } from './SessionDesk';

/** After this a runtime that was told to stop a turn is taken to have stopped it, in milliseconds. */
const CANCEL_GRACE_MS = 5_000;
const CANCEL_CHECK_MS = 20;

/** Ends what is under way: turns that are cancelled, sessions that are closed or fail. Each ends once. */
export class SessionCloser {
  /** Why sessions ended whose last entries the operator does not have yet. */
  private readonly endings = new Map<
    string,
    { reason?: string; message?: string }
  >();
  /** Sessions whose end is on its way to the disk: whoever comes second ends nothing. */
  private readonly concluding = new Set<string>();

  constructor(
    private readonly desk: SessionDesk,
    private readonly delivery: InputDelivery,
    private readonly gate: RuntimeGate,
  ) {}

  /** `cancel`: the work stops within a second; the record of it follows from the runtime, or from here if it says nothing. */
  async cancel({
    session_id: id,
    turn_id,
    reason,
  }: Omit<OperatorMessageOf<'cancel'>, 'type'>): Promise<void> {
    const session = this.desk.get(id);
    if (session?.state !== 'open') return;
    const { turns, options } = this.desk;
    // First what this process does itself: model and tool calls in flight.
    turns.signals.end(id, reason);
    this.delivery.cancel(session, reason, turn_id);
    const meant = turns
      .of(session)
      .filter(turn => !turn_id || turn.id === turn_id);
    const { driver, warn } = options;
    const request = { session_id: id, ...(turn_id && { turn_id }), reason };
    try {
      if (driver.capabilities.cancel || driver.reportsTurns) {
        await driver.cancel(request);
        await this.untilEnded(meant);
      } else if (meant.length > 0) await driver.shutdown(reason);
    } catch (error) {
      warn({ session: id, err: error }, 'the runtime did not take the cancel');
    }
    for (const turn of meant) {
      await this.desk.endTurn(session, turn, 'turn.cancelled', { reason });
    }
  }

  /** `close_session`: ends the work, then the session. The answer is a `session_status`. */
  async close(id: string, reason: string): Promise<void> {
    const session = this.desk.get(id);
    if (!session) this.desk.status(id, 'closed');
    if (session?.state !== 'open') return;
    if (this.desk.turns.of(session).length > 0) {
      await this.cancel({ session_id: id, reason });
    }
    await this.closeInRuntime(session);
    const end = decideSessionEnd(reason);
    await this.conclude(session, end, reason);
  }

  /** The agent ends its session itself. */
  async closeByAgent(
    session: HeldSession,
    { summary, success }: { summary?: string; success: boolean },
  ): Promise<void> {
    if (session.state !== 'open') return;
    if (!success) {
      const message = summary ?? 'The agent could not do the work.';
      await this.fail(session, 'AgentEnded', message);
    } else {
      const { turn } = session;
      if (turn) {
        await this.desk.endTurn(session, turn, 'turn.finished', {
          outcome: 'completed',
          ...(summary && { answer: summary }),
        });
      }
      const payload = {
        reason: 'AgentEnded',
        ...(summary && { result: summary }),
      };
      const end = { type: 'session.completed' as const, payload };
      await this.conclude(session, end, 'AgentEnded', summary);
    }
    await this.closeInRuntime(session);
  }

  /** Ends a session with an error that everybody can read. */
  async fail(
    session: HeldSession,
    reason: string,
    message: string,
  ): Promise<void> {
    await this.failTurns(session, reason, message);
    const payload = { reason, message };
    const end = { type: 'session.failed' as const, payload };
    await this.conclude(session, end, reason, message);
  }

  /** Ends every turn of a session that runs or would have. @returns whether there was one */
  async failTurns(
    session: HeldSession,
    reason: string,
    message: string,
  ): Promise<boolean> {
    const turns = this.desk.turns.of(session);
    for (const turn of turns) {
      const payload = { outcome: 'failed', error: { reason, message } };
      await this.desk.endTurn(session, turn, 'turn.finished', payload);
    }
    return turns.length > 0;
  }

  /** A session whose end is recorded takes nothing more. */
  async end(
    session: HeldSession,
    state: 'closed' | 'failed',
    reason?: string,
    message?: string,
  ): Promise<void> {
    if (session.state !== 'open') return;
    const { id: s } = session;
    const { log, send, approvals, release } = this.desk.options;
    const pending = [...session.inputs]
      .filter(([, held]) => held.state === 'taken')
      .map(([id]) => id);
    await log.record(
      ...pending.map(id => ({
        r: 'input' as const,
        s,
        id,
        state: 'failed' as const,
      })),
      { r: 'state', s, state },
    );
    for (const id of pending) {
      send({
        type: 'input_status',
        id,
        session_id: s,
        state: 'failed',
        reason: reason ?? 'SessionEnded',
        message: message ?? 'The session ended before the input was delivered.',
      });
    }
    this.desk.turns.forget(s);
    approvals.sessionEnded(session);
    this.endings.set(s, { reason, message });
    if (session.isDone) await release(session);
  }

  /** The operator has a session's last entry. Only now may it hear that the session is over: it takes none after that. */
  done(session: HeldSession): void {
    const { reason, message } = this.endings.get(session.id) ?? {};
    this.endings.delete(session.id);
    this.desk.status(session.id, session.state, reason, message);
    this.desk.forget(session.id);
  }

  /** Records the end of a session, and ends it. A runtime's death and the operator's close may come at the same time. */
  private async conclude(
    session: HeldSession,
    { type, payload }: SessionEnd,
    reason: string,
    message?: string,
  ): Promise<void> {
    if (session.state !== 'open' || this.concluding.has(session.id)) return;
    this.concluding.add(session.id);
    try {
      await this.desk.emitSystem(session, type, payload);
      const state = type === 'session.failed' ? 'failed' : 'closed';
      await this.end(session, state, reason, message);
    } finally {
      this.concluding.delete(session.id);
    }
  }

  private async closeInRuntime(session: HeldSession): Promise<void> {
    const { driver, warn } = this.desk.options;
    try {
      if (this.gate.isReady) await driver.close(session.id);
    } catch (error) {
      const fact = { session: session.id, err: error };
      warn(fact, 'the runtime did not close the session');
    }
  }

  private async untilEnded(turns: readonly RunningTurn[]): Promise<void> {
    const deadline = Date.now() + CANCEL_GRACE_MS;
    while (
      turns.some(({ id }) => !this.desk.turns.hasEnded(id)) &&
      Date.now() < deadline &&
      this.gate.isReady
    ) {
      await new Promise(resolve => setTimeout(resolve, CANCEL_CHECK_MS));
    }
  }
}
