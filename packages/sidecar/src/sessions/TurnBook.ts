import type { HeldSession } from '../log/HeldSession';
import type { RunningTurn } from '../log/LogRecord';
import { RememberedIds } from '../log/RememberedIds';
import { TurnSignals } from './TurnSignals';

/** Ended turns whose late events are recognised. */
const REMEMBERED_TURNS = 10_000;

/** Which turns run, will run and have ended. The log knows the running one; the rest follows from inputs and their ends. */
export class TurnBook {
  readonly signals = new TurnSignals();
  private readonly ended = new RememberedIds(REMEMBERED_TURNS);
  /** Turns whose input the runtime has and that have not begun, in order. */
  private readonly expected = new Map<string, RunningTurn[]>();

  /** The turn that runs and those that will. */
  of(session: HeldSession): RunningTurn[] {
    return [session.turn, ...(this.expected.get(session.id) ?? [])].filter(
      turn => turn !== undefined,
    );
  }

  /** The turn that begins next. */
  next(session: HeldSession): RunningTurn | undefined {
    return this.expected.get(session.id)?.[0];
  }

  hasEnded(turnId: string): boolean {
    return this.ended.has(turnId);
  }

  /** The runtime has, or will have, the input of this turn. */
  expect(session: HeldSession, turn: RunningTurn): void {
    if (this.ended.has(turn.id) || session.turn?.id === turn.id) return;
    const expected = this.expected.get(session.id) ?? [];
    if (!expected.some(({ id }) => id === turn.id)) expected.push(turn);
    this.expected.set(session.id, expected);
  }

  /** The turn has begun, or will not. */
  unexpect(session: HeldSession, turnId: string): void {
    const rest = (this.expected.get(session.id) ?? []).filter(
      ({ id }) => id !== turnId,
    );
    if (rest.length > 0) this.expected.set(session.id, rest);
    else this.expected.delete(session.id);
  }

  end(session: HeldSession, turnId: string): void {
    this.ended.add(turnId);
    this.unexpect(session, turnId);
    if (session.turn?.id !== turnId && this.of(session).length > 0) return;
    this.signals.end(session.id, 'The turn ended.');
  }

  forget(sessionId: string): void {
    this.expected.delete(sessionId);
    this.signals.end(sessionId, 'The session ended.');
  }
}
