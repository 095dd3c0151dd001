import type {
  OperatorMessageOf,
  SessionInput,
  SessionOpening,
} from '@greenroom/protocol';
import type { HeldSession } from '../log/HeldSession';
import type { ReadMark } from '../log/LogRecord';
import type { RuntimeEvent, RuntimeInput } from '../runtime/RuntimeDriver';
import { InputDelivery } from './InputDelivery';
import { InputDesk } from './InputDesk';
import { RuntimeEventDesk } from './RuntimeEventDesk';
import { RuntimeGate } from './RuntimeGate';
import { SessionCloser } from './SessionCloser';
import { SessionDesk, type SessionsOptions } from './SessionDesk';
import { SessionLimits } from './SessionLimits';
import { SessionOpener } from './SessionOpener';
import type { TurnSignals } from './TurnSignals';

/** Everything that happens to sessions in this pod: opened, given input, worked on, cancelled, closed. */
export class Sessions {
  private readonly desk: SessionDesk;
  private readonly gate: RuntimeGate;
  private readonly opener: SessionOpener;
  private readonly inputs: InputDesk;
  private readonly events: RuntimeEventDesk;
  private readonly closer: SessionCloser;
  private readonly limits: SessionLimits;

  constructor(private readonly options: SessionsOptions) {
    const { driver, signal, now } = options;
    this.desk = new SessionDesk(options);
    this.gate = new RuntimeGate(signal);
    const delivery = new InputDelivery({
      driver,
      signal,
      now,
      gate: this.gate,
      reopen: session => this.opener.openInRuntime(session),
    });
    this.closer = new SessionCloser(this.desk, delivery, this.gate);
    this.opener = new SessionOpener(this.desk, this.closer, this.gate);
    this.inputs = new InputDesk(this.desk, delivery);
    this.events = new RuntimeEventDesk(this.desk, this.closer);
    this.limits = new SessionLimits(this.desk, this.closer);
  }

  get turnSignals(): TurnSignals {
    return this.desk.turns.signals;
  }

  /** Epoch of sessions that are opened from now on. */
  set epochBase(epoch: number) {
    this.opener.epochBase = epoch;
  }

  /** Sessions that are open, oldest first. */
  open(): HeldSession[] {
    return this.desk.open();
  }

  get(sessionId: string): HeldSession | undefined {
    return this.desk.get(sessionId);
  }

  /** Carries on what a former process left: called once, when the operator has said which epochs hold. */
  async resume(previousEpochs: ReadonlyMap<string, number>): Promise<void> {
    for (const session of this.open()) {
      await this.opener.resume(session, previousEpochs.get(session.id));
      this.inputs.resume(session);
      this.limits.watch(session);
    }
  }

  async openSession(opening: SessionOpening): Promise<void> {
    await this.opener.open(opening);
    const session = this.get(opening.session_id);
    if (session) this.limits.watch(session);
  }

  async takeInput(input: SessionInput): Promise<void> {
    await this.inputs.take(input);
  }

  async takeRuntimeEvent(event: RuntimeEvent, mark: ReadMark): Promise<void> {
    await this.events.take(event, mark);
  }

  async cancel(
    request: Omit<OperatorMessageOf<'cancel'>, 'type'>,
  ): Promise<void> {
    await this.closer.cancel(request);
  }

  async closeSession(id: string, reason: string): Promise<void> {
    await this.closer.close(id, reason);
  }

  /** The agent ends its session itself. */
  async endByAgent(
    session: HeldSession,
    end: { summary?: string; success: boolean },
  ): Promise<void> {
    await this.closer.closeByAgent(session, end);
  }

  /** The operator has a session's last entry. */
  done(session: HeldSession): void {
    this.limits.forget(session.id);
    this.closer.done(session);
  }

  /** Brings an answer to the runtime, when it is there. */
  async answer(input: RuntimeInput): Promise<void> {
    const session = this.get(input.session_id);
    await this.gate.whenReady(() => session?.state !== 'open');
    if (session?.state !== 'open' || this.options.signal.aborted) return;
    await this.options.driver.send(input);
  }

  /** The runtime answers; `restarted` when it is another process than the one that had the sessions. */
  async runtimeReady(restarted: boolean): Promise<void> {
    if (restarted) {
      await this.runtimeGone();
      for (const session of this.open()) await this.opener.reopen(session);
    }
    this.gate.become('ready');
  }

  runtimeLost(): void {
    this.gate.become('starting');
  }

  /** The runtime's process is gone, and with it every turn that it worked on. */
  async runtimeGone(): Promise<void> {
    for (const session of this.open()) {
      const message = `The runtime's process ended while it worked. See the log of the container "agent".${lastWords(
        session,
      )}`;
      const hadWork = await this.closer.failTurns(
        session,
        'RuntimeDied',
        message,
      );
      if (hadWork && session.opening.kind === 'task') {
        await this.closer.fail(session, 'RuntimeDied', message);
      }
    }
  }

  /** The runtime did not come in time. */
  async runtimeFailed(because: string): Promise<void> {
    this.gate.become('failed');
    for (const session of this.open()) {
      const message = `${because}${lastWords(session)}`;
      await this.closer.fail(session, 'RuntimeNotReady', message);
    }
  }

  /** The pod stops and the runtime is gone: what is open rests or fails, and says why. */
  async podStopped(): Promise<void> {
    for (const session of this.open()) {
      const message = 'The pod stopped before the work was done.';
      if (session.opening.kind === 'task') {
        await this.closer.fail(session, 'PodStopped', message);
      } else {
        await this.closer.failTurns(session, 'PodStopped', message);
        await this.desk.emitSystem(session, 'session.suspended', {
          reason: 'PodStopped',
        });
      }
    }
  }
}

function lastWords({ lastOutput }: HeldSession): string {
  return lastOutput ? ` Its last output: ${lastOutput}` : '';
}
