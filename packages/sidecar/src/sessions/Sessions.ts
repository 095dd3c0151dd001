import {
  SessionChain,
  type Actor,
  type AgentSettings,
  type DurableSession,
  type OperatorMessageOf,
  type SessionInput,
  type SessionOpening,
  type SidecarMessage,
} from '@greenroom/protocol';
import { nodeSha256 } from '@greenroom/protocol/node';
import { v7 } from 'uuid';
import type { Approvals } from '../approvals/Approvals';
import type { ArtifactDesk } from '../artifacts/ArtifactDesk';
import type { HeldSession } from '../log/HeldSession';
import type { ReadMark, RunningTurn } from '../log/LogRecord';
import { RememberedIds } from '../log/RememberedIds';
import type { SessionLog } from '../log/SessionLog';
import type { EmitOptions, EventDraft } from '../pipeline/EventDraft';
import type { EventPipeline } from '../pipeline/EventPipeline';
import {
  RuntimeRefusedError,
  type RuntimeDriver,
  type RuntimeEvent,
  type RuntimeInput,
} from '../runtime/RuntimeDriver';
import { backOffMs, RUNTIME_BACK_OFF } from '../ingest/backOff';
import { pause } from '../ingest/pause';
import { decideInput } from './decideInput';
import { decideRuntimeEvent } from './decideRuntimeEvent';
import { decideSessionEnd, type SessionEnd } from './decideSessionEnd';
import { InputDelivery } from './InputDelivery';
import { normaliseRuntimeEvent } from './normaliseRuntimeEvent';
import { runtimeSession } from './runtimeSession';
import { SessionQueue } from './SessionQueue';
import { TurnSignals } from './TurnSignals';

/** What the sessions work with. */
export interface SessionsOptions {
  log: SessionLog;
  pipeline: EventPipeline;
  driver: RuntimeDriver;
  approvals: Approvals;
  artifacts: ArtifactDesk;
  settings(): AgentSettings;
  /** Where the journal stands with a session that the log does not have. */
  journalled(sessionId: string): DurableSession | undefined;
  /** Lets go of a session that is over and that the operator has in full. */
  release(session: HeldSession): Promise<void>;
  workspaceDir: string;
  /** Aborts when the process ends and nothing is delivered any more. */
  signal: AbortSignal;
  send(message: SidecarMessage): void;
  /** Writes a task's folder, before its session is open in the runtime. */
  prepare(opening: SessionOpening, say: (text: string) => void): Promise<void>;
  warn(fact: Record<string, unknown>, message: string): void;
  now?: () => number;
}

/** Ended turns whose late events are recognised. */
const REMEMBERED_TURNS = 10_000;
/** After this a runtime that was told to stop a turn is taken to have stopped it, in milliseconds. */
const CANCEL_GRACE_MS = 5_000;

/** Marks `session.started` as recorded. */
const STARTED = 'greenroom:started';
/** Errors of preparing a task that its author mends. */
const CONTEXT_ERRORS: ReadonlySet<string> = new Set([
  'ContextError',
  'GitError',
  'OutsideFolderError',
  'FetchContextError',
]);

const SYSTEM: Actor = { type: 'system', id: 'greenroom/sidecar' };

/** Everything that happens to sessions in this pod: opened, given input, worked on, cancelled, closed. */
export class Sessions {
  readonly turnSignals = new TurnSignals();
  private readonly queues = new Map<string, SessionQueue>();
  /** Turns by id that have ended, so that their end is recorded once. */
  private readonly endedTurns = new RememberedIds(REMEMBERED_TURNS);
  /** Turns whose input the runtime has and that have not begun, in order. */
  private readonly expectedTurns = new Map<string, RunningTurn[]>();
  /** Why sessions ended whose last entries the operator does not have yet. */
  private readonly endings = new Map<
    string,
    { reason?: string; message?: string }
  >();
  private readonly delivery: InputDelivery;

  constructor(private readonly options: SessionsOptions) {
    this.delivery = new InputDelivery({
      driver: options.driver,
      signal: options.signal,
      reopen: session => this.openInDriver(session),
      now: options.now,
    });
  }

  /** Sessions that are open, oldest first. */
  open(): HeldSession[] {
    return [...this.options.log.state.sessions.values()].filter(
      ({ state }) => state === 'open',
    );
  }

  get(sessionId: string): HeldSession | undefined {
    return this.options.log.state.sessions.get(sessionId);
  }

  /** Carries on what a former process left: called once, when the operator has said which epochs hold. */
  async resume(previousEpochs: ReadonlyMap<string, number>): Promise<void> {
    for (const session of this.open()) {
      const previous = previousEpochs.get(session.id);
      if (session.seq === 0) await this.created(session);
      else
        await this.emitSystem(session.id, 'session.resumed', {
          reason: 'SidecarRestarted',
          ...(previous !== undefined && { previous_epoch: previous }),
        });
      if (session.turn) this.turnSignals.start(session.id);
      void this.queueOf(session.id).run(() => this.prepareAndOpen(session));
      for (const [id, held] of session.inputs) {
        if (held.state === 'taken' && held.input)
          this.deliver(session, held.input, held.turnId ?? v7());
        else if (held.state === 'delivered' && held.turnId)
          this.expect(session.id, { id: held.turnId, inputId: id });
      }
    }
  }

  /** `open_session`: idempotent; the answer is a `session_status`. */
  async openSession(opening: SessionOpening): Promise<void> {
    const { session_id: id } = opening;
    const { log, driver } = this.options;
    const held = this.get(id);
    if (held && held.state !== 'open') return; // Its end is told when the operator has its last entry.
    if (log.state.forgotten.has(id)) {
      this.status(id, 'closed', 'SessionEnded', 'This session has ended.');
      return;
    }
    if (!held) {
      const [busy] = this.open();
      if (
        busy &&
        !driver.capabilities.multiSession &&
        this.runtimeState === 'ready'
      ) {
        this.status(
          id,
          'failed',
          'RuntimeBusy',
          `The runtime takes one session at a time and has "${busy.id}". Wait for it to end.`,
        );
        return;
      }
      await this.begin(opening);
    }
    this.status(id, 'open');
  }

  private async begin(opening: SessionOpening): Promise<void> {
    const { session_id: id } = opening;
    const { log } = this.options;
    const known = this.options.journalled(id);
    const { seq, hash } =
      known ?? SessionChain.begin(id, opening.genesis, nodeSha256).head;
    await log.record({
      r: 'session',
      opening,
      epoch: known?.epoch ?? this.epochBase,
      seq,
      hash,
      acked: seq,
      state: 'open',
    });
    const session = this.get(id)!;
    if (seq > 0) {
      // The journal has more than this sidecar's log, which was lost with its volume: the chain goes on from the journal's end.
      await this.emitSystem(id, 'session.resumed', {
        reason: 'StateLost',
        message:
          'The sidecar’s own log was lost; the record continues from the operator’s.',
      });
      void this.queueOf(id).run(() => this.prepareAndOpen(session));
      return;
    }
    await this.created(session);
    void this.queueOf(id).run(() => this.prepareAndOpen(session));
  }

  /** Epoch of sessions that are opened from now on; the operator says it. */
  epochBase = 0;
  /** Whether the runtime answers. */
  runtimeState: 'starting' | 'ready' | 'failed' = 'starting';

  private async created(session: HeldSession): Promise<void> {
    const { opening } = session;
    const settings = this.options.settings();
    const { uid, namespace, name } = settings.agent;
    await this.emitOnce(session, 'greenroom:created', 'session.created', {
      kind: opening.kind,
      namespace: opening.namespace,
      name: opening.name,
      agent: { namespace, name, uid },
      ...(opening.title && { title: opening.title }),
      ...(opening.owner && { owner: opening.owner }),
      mode: settings.mode,
      interactive: opening.interactive,
      genesis: opening.genesis,
    });
  }

  /** Brings a session to where it takes input. What an earlier process did of it is not done again. */
  private async prepareAndOpen(session: HeldSession): Promise<void> {
    if (session.state !== 'open') return;
    const { opening, id } = session;
    const { signal, prepare, settings } = this.options;
    try {
      if (!session.seen.has(STARTED)) {
        await prepare(opening, text => {
          void this.emitSystem(id, 'agent.status', { text });
        });
      }
      await this.openInDriver(session);
    } catch (error) {
      if (signal.aborted) return;
      const { name, message } = error as Error;
      await this.failSession(
        session,
        CONTEXT_ERRORS.has(name) ? 'ContextError' : 'RuntimeRefused',
        message,
      );
      return;
    }
    if (signal.aborted) return;
    const { runtime, tools } = settings();
    await this.emitOnce(session, STARTED, 'session.started', {
      runtime: { type: runtime.type, contract: runtime.contract },
      tools: ['greenroom', ...tools.map(tool => tool.name)],
    });
    const { task } = opening;
    if (!task) return;
    await this.emitOnce(session, 'greenroom:task', 'task.started', {
      task: { namespace: task.namespace, name: task.name, uid: task.uid },
    });
  }

  /** Records an event of Greenroom's own that a session has once, whatever restarts. */
  private async emitOnce(
    session: HeldSession,
    source: string,
    type: string,
    payload: unknown,
  ): Promise<void> {
    if (session.seen.has(source)) return;
    await this.emit(
      session.id,
      { type, payload, actor: SYSTEM },
      { emitter: 'greenroom', source },
    );
  }

  /** Waits for the runtime and tells it of the session. */
  private async openInDriver(session: HeldSession): Promise<void> {
    const { driver, settings, workspaceDir, signal } = this.options;
    for (let attempt = 1; ; attempt++) {
      await this.delivery.whenReady(() => session.state !== 'open');
      if (session.state !== 'open' || signal.aborted) return;
      try {
        await driver.open(
          runtimeSession(session.opening, settings(), workspaceDir),
        );
        return;
      } catch (error) {
        if (!(error instanceof RuntimeRefusedError) || error.kind !== 'retry')
          throw error;
        await pause(
          backOffMs(RUNTIME_BACK_OFF, attempt, Math.random()),
          signal,
        );
      }
    }
  }

  /** `input`: taken once, recorded, delivered once. The answer is an `input_status`. */
  async takeInput(input: SessionInput): Promise<void> {
    const { log } = this.options;
    const session = this.get(input.session_id);
    const now = (this.options.now ?? Date.now)();
    const decision = decideInput({
      input,
      session,
      forgotten: log.state.forgotten.get(input.session_id),
      now,
    });
    if (decision.act === 'wait') return;
    if (decision.act === 'reply') {
      const { act: _, turnId, ...rest } = decision;
      if (decision.state === 'expired' && session)
        await log.record({
          r: 'input',
          s: session.id,
          id: input.id,
          state: 'expired',
        });
      this.options.send({
        type: 'input_status',
        id: input.id,
        session_id: input.session_id,
        ...rest,
        ...(turnId && { turn_id: turnId }),
      });
      return;
    }
    const turnId = input.turn_id ?? v7();
    await log.record({
      r: 'input',
      s: input.session_id,
      id: input.id,
      state: 'taken',
      input,
      turn: turnId,
    });
    this.deliver(session!, input, turnId);
  }

  private deliver(
    session: HeldSession,
    input: SessionInput,
    turnId: string,
  ): void {
    void this.queueOf(session.id).run(async () => {
      const { log, send } = this.options;
      if (session.state !== 'open') return;
      await this.recordInput(session, input);
      const opensTurn = input.kind !== 'answer';
      if (opensTurn)
        await this.beforeTurn(session, { id: turnId, inputId: input.id });
      const outcome = await this.delivery.deliver(session, input, turnId);
      if (outcome.state === 'stopped') return;
      if (outcome.state !== 'delivered') {
        if (opensTurn) this.unexpect(session.id, turnId);
        await log.record({
          r: 'input',
          s: session.id,
          id: input.id,
          state: outcome.state,
        });
      } else
        await log.record({
          r: 'input',
          s: session.id,
          id: input.id,
          state: 'delivered',
          turn: turnId,
        });
      send({
        type: 'input_status',
        id: input.id,
        session_id: session.id,
        state: outcome.state === 'delivered' ? 'accepted' : outcome.state,
        turn_id: turnId,
        ...('reason' in outcome && {
          reason: outcome.reason,
          message: outcome.message,
        }),
      });
      if (outcome.state !== 'failed' || !opensTurn) return;
      const turn = { id: turnId, inputId: input.id };
      if (outcome.reason === 'Cancelled')
        await this.endTurn(session, turn, 'turn.cancelled', {
          reason: outcome.message,
        });
      else
        await this.endTurn(session, turn, 'turn.finished', {
          outcome: 'failed',
          error: { reason: outcome.reason, message: outcome.message },
        });
    });
  }

  /** What a person said goes on the record before the runtime hears it. */
  private async recordInput(
    session: HeldSession,
    input: SessionInput,
  ): Promise<void> {
    const source = `input:${input.id}`;
    if (session.seen.has(source)) return;
    const draft: EventDraft =
      input.kind === 'answer'
        ? {
            type: 'user.input_response',
            payload: {
              request_id: input.request_id ?? input.id,
              text: input.text,
              input_id: input.id,
            },
            actor: input.actor,
          }
        : {
            type: 'user.message',
            payload: { text: input.text, kind: input.kind, input_id: input.id },
            actor: input.actor,
          };
    await this.emit(session.id, draft, { emitter: 'greenroom', source });
  }

  private async beforeTurn(
    session: HeldSession,
    next: RunningTurn,
  ): Promise<void> {
    if (this.options.driver.reportsTurns) {
      this.expect(session.id, next);
      this.turnSignals.start(session.id);
      return;
    }
    // A plain runtime never ends a turn; the next message does.
    if (session.turn && session.turn.id !== next.id) {
      await this.endTurn(session, session.turn, 'turn.finished', {
        outcome: 'completed',
      });
    }
    if (session.turn?.id !== next.id) {
      this.turnSignals.start(session.id);
      await this.emit(
        session.id,
        {
          type: 'turn.started',
          payload: { input_id: next.inputId },
          turnId: next.id,
          actor: SYSTEM,
        },
        { emitter: 'greenroom', turn: next },
      );
    }
  }

  /** An event of the runtime, in the order of its stream. */
  async takeRuntimeEvent(raw: RuntimeEvent, mark: ReadMark): Promise<void> {
    const event = normaliseRuntimeEvent(raw);
    const session = this.sessionOf(event);
    const decision = session
      ? decideRuntimeEvent({
          event,
          turn: session.turn,
          expectedTurn: this.expectedTurns.get(session.id)?.[0],
          hasSeen: id => session.seen.has(id),
          hasEnded: id => this.endedTurns.has(id),
        })
      : { act: 'ignore' as const };
    if (!session || decision.act === 'ignore') {
      await this.options.log.record({ r: 'read', mark });
      return;
    }
    if (decision.act === 'show') {
      await this.options.artifacts.showDelta(
        session.id,
        decision.event,
        decision.turnId,
      );
      return;
    }
    const { events } = decision;
    let last: { id: string } | undefined;
    for (const [index, recorded] of events.entries()) {
      const isLast = index === events.length - 1;
      const payload = await this.options.artifacts.completeOrExplain(
        session.id,
        recorded.type,
        recorded.payload,
      );
      last = await this.emit(
        session.id,
        {
          type: recorded.type,
          payload,
          ...(isLast && event.eventId && { id: event.eventId }),
          ...(recorded.turnId && { turnId: recorded.turnId }),
          ...(event.causationId && { causationId: event.causationId }),
        },
        {
          emitter: 'runtime',
          ...(isLast && event.eventId && { source: event.eventId }),
          ...(isLast && { mark }),
          ...(recorded.turn !== undefined && { turn: recorded.turn }),
        },
      );
      this.afterTurnEvent(session, recorded.type, recorded.turnId);
    }
    if (decision.then === 'ask')
      await this.options.approvals.askForRuntime(session, event, last?.id);
    if (decision.then === 'endSession')
      await this.endSession(
        session,
        event.type === 'session.failed' ? 'failed' : 'closed',
      );
  }

  private afterTurnEvent(
    session: HeldSession,
    type: string,
    turnId: string | undefined,
  ): void {
    if (!turnId) return;
    if (type === 'turn.started') this.unexpect(session.id, turnId);
    if (type === 'turn.finished' || type === 'turn.cancelled') {
      this.endedTurns.add(turnId);
      this.unexpect(session.id, turnId);
      if (!session.turn && !this.expectedTurns.get(session.id)?.length)
        this.turnSignals.end(session.id, 'The turn ended.');
      void this.options.approvals.turnEnded(session, turnId);
    }
  }

  /** `cancel`: the work stops within a second; the record of it follows from the runtime, or from here if it says nothing. */
  async cancel({
    session_id: id,
    turn_id,
    reason,
  }: Omit<OperatorMessageOf<'cancel'>, 'type'>): Promise<void> {
    const session = this.get(id);
    if (!session || session.state !== 'open') return;
    // First what this process does itself: model and tool calls in flight.
    this.turnSignals.end(id, reason);
    const { driver } = this.options;
    const turns = this.turnsOf(session);
    const meant = turn_id ? turns.filter(turn => turn.id === turn_id) : turns;
    this.delivery.cancel(session, reason, turn_id);
    if (meant.length === 0 && this.runtimeState !== 'ready') return;
    try {
      if (driver.capabilities.cancel || driver.reportsTurns) {
        await driver.cancel({
          session_id: id,
          ...(turn_id && { turn_id }),
          reason,
        });
        await this.turnsEnded(meant, CANCEL_GRACE_MS);
      } else await driver.shutdown(reason);
    } catch (error) {
      this.options.warn(
        { session: id, err: error },
        'the runtime did not take the cancel',
      );
    }
    for (const turn of meant) {
      if (!this.endedTurns.has(turn.id))
        await this.endTurn(session, turn, 'turn.cancelled', { reason });
    }
  }

  private async turnsEnded(
    turns: readonly RunningTurn[],
    withinMs: number,
  ): Promise<void> {
    const deadline = Date.now() + withinMs;
    while (
      turns.some(({ id }) => !this.endedTurns.has(id)) &&
      Date.now() < deadline &&
      this.runtimeState === 'ready'
    ) {
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  }

  /** `close_session`: ends the work, then the session. The answer is a `session_status`. */
  async closeSession(id: string, reason: string): Promise<void> {
    const session = this.get(id);
    if (!session) this.status(id, 'closed');
    if (session?.state !== 'open') return;
    const end = decideSessionEnd(reason);
    if (session.turn || this.expectedTurns.get(id)?.length)
      await this.cancel({ session_id: id, reason });
    await this.options.driver
      .close(id)
      .catch(error =>
        this.options.warn(
          { session: id, err: error },
          'the runtime did not close the session',
        ),
      );
    await this.recordEnd(session, end);
    await this.endSession(
      session,
      end.type === 'session.failed' ? 'failed' : 'closed',
      reason,
    );
  }

  /** The agent ends its session itself. */
  async endByAgent(
    session: HeldSession,
    { summary, success }: { summary?: string; success: boolean },
  ): Promise<void> {
    if (session.state !== 'open') return;
    const said =
      summary ?? (success ? 'Done.' : 'The agent could not do the work.');
    const error = { reason: 'AgentEnded', message: said };
    if (session.turn) {
      await this.endTurn(
        session,
        session.turn,
        'turn.finished',
        success
          ? { outcome: 'completed', ...(summary && { answer: summary }) }
          : { outcome: 'failed', error },
      );
    }
    await this.recordEnd(
      session,
      success
        ? {
            type: 'session.completed',
            payload: {
              reason: 'AgentEnded',
              ...(summary && { result: summary }),
            },
          }
        : { type: 'session.failed', payload: error },
    );
    await this.endSession(
      session,
      success ? 'closed' : 'failed',
      'AgentEnded',
      said,
    );
    await this.options.driver
      .close(session.id)
      .catch(reason =>
        this.options.warn(
          { session: session.id, err: reason },
          'the runtime did not close the session',
        ),
      );
  }

  /** The runtime answers; `restarted` when it is another process than the one that had the sessions. */
  async runtimeReady(restarted: boolean): Promise<void> {
    this.runtimeState = 'ready';
    if (restarted) {
      await this.runtimeGone();
      for (const session of this.open()) {
        await this.emitSystem(session.id, 'session.resumed', {
          reason: 'RuntimeRestarted',
        });
        void this.queueOf(session.id).run(() => this.prepareAndOpen(session));
      }
    }
    this.delivery.ready(true);
  }

  runtimeLost(): void {
    this.runtimeState = 'starting';
    this.delivery.ready(false);
  }

  /** The runtime's process is gone, and with it every turn that it worked on. */
  async runtimeGone(): Promise<void> {
    for (const session of this.open()) {
      const turns = this.turnsOf(session);
      const said = session.lastOutput
        ? ` Its last output: ${session.lastOutput}`
        : '';
      const message = `The runtime's process ended while it worked. See the log of the container "agent".${said}`;
      for (const turn of turns) {
        await this.endTurn(session, turn, 'turn.finished', {
          outcome: 'failed',
          error: { reason: 'RuntimeDied', message },
        });
      }
      if (turns.length > 0 && session.opening.kind === 'task')
        await this.failSession(session, 'RuntimeDied', message);
    }
  }

  /** The pod stops and the runtime is gone: what is open rests or fails, and says why. */
  async podStopped(): Promise<void> {
    for (const session of this.open()) {
      const turns = this.turnsOf(session);
      const message = 'The pod stopped while the agent worked.';
      for (const turn of turns) {
        await this.endTurn(session, turn, 'turn.finished', {
          outcome: 'failed',
          error: { reason: 'PodStopped', message },
        });
      }
      if (session.opening.kind === 'task')
        await this.failSession(
          session,
          'PodStopped',
          'The pod stopped before the Task was done.',
        );
      else
        await this.emitSystem(session.id, 'session.suspended', {
          reason: 'PodStopped',
        });
    }
  }

  /** Brings an answer to the runtime, when it is there. */
  async answer(input: RuntimeInput): Promise<void> {
    const session = this.get(input.session_id);
    await this.delivery.whenReady(() => session?.state !== 'open');
    if (session?.state === 'open' && !this.options.signal.aborted) {
      await this.options.driver.send(input);
    }
  }

  /** The runtime did not come in time. */
  async runtimeFailed(message: string): Promise<void> {
    this.runtimeState = 'failed';
    for (const session of this.open()) {
      const said = session.lastOutput
        ? ` Its last output: ${session.lastOutput}`
        : '';
      await this.failSession(session, 'RuntimeNotReady', `${message}${said}`);
    }
  }

  /** Records an event of Greenroom itself. */
  async emitSystem(
    sessionId: string,
    type: string,
    payload: unknown,
  ): Promise<void> {
    await this.emit(
      sessionId,
      { type, payload, actor: SYSTEM },
      { emitter: 'greenroom' },
    );
  }

  /** Ends a session with an error that everybody can read. */
  async failSession(
    session: HeldSession,
    reason: string,
    message: string,
  ): Promise<void> {
    if (session.state !== 'open') return;
    const turns = this.turnsOf(session);
    for (const turn of turns) {
      await this.endTurn(session, turn, 'turn.finished', {
        outcome: 'failed',
        error: { reason, message },
      });
    }
    await this.recordEnd(session, {
      type: 'session.failed',
      payload: { reason, message },
    });
    await this.endSession(session, 'failed', reason, message);
  }

  private async recordEnd(
    session: HeldSession,
    end: SessionEnd,
  ): Promise<void> {
    if (session.state === 'open')
      await this.emitSystem(session.id, end.type, end.payload);
  }

  private async endSession(
    session: HeldSession,
    state: 'closed' | 'failed',
    reason?: string,
    message?: string,
  ): Promise<void> {
    if (session.state !== 'open') return;
    const pending = [...session.inputs].filter(
      ([, held]) => held.state === 'taken',
    );
    await this.options.log.record(
      ...pending.map(([id]) => ({
        r: 'input' as const,
        s: session.id,
        id,
        state: 'failed' as const,
      })),
      { r: 'state', s: session.id, state },
    );
    for (const [id] of pending) {
      this.options.send({
        type: 'input_status',
        id,
        session_id: session.id,
        state: 'failed',
        reason: reason ?? 'SessionEnded',
        message: message ?? 'The session ended before the input was delivered.',
      });
    }
    this.turnSignals.end(session.id, 'The session ended.');
    this.expectedTurns.delete(session.id);
    this.options.approvals.sessionEnded(session);
    this.endings.set(session.id, { reason, message });
    if (session.isDone) await this.options.release(session);
  }

  /** The operator has a session's last entry. Only now may it hear that the session is over: it takes none after that. */
  done(session: HeldSession): void {
    const { reason, message } = this.endings.get(session.id) ?? {};
    this.endings.delete(session.id);
    this.status(session.id, session.state, reason, message);
    this.queues.delete(session.id);
    this.expectedTurns.delete(session.id);
    this.options.pipeline.forget(session.id);
  }

  private async endTurn(
    session: HeldSession,
    turn: RunningTurn,
    type: string,
    payload: unknown,
  ): Promise<void> {
    if (session.state !== 'open' || this.endedTurns.has(turn.id)) return;
    this.endedTurns.add(turn.id);
    if (session.turn?.id !== turn.id) {
      await this.emit(
        session.id,
        {
          type: 'turn.started',
          payload: turn.inputId ? { input_id: turn.inputId } : {},
          turnId: turn.id,
          actor: SYSTEM,
        },
        { emitter: 'greenroom' },
      );
    }
    await this.emit(
      session.id,
      { type, payload, turnId: turn.id, actor: SYSTEM },
      {
        emitter: 'greenroom',
        ...(session.turn?.id === turn.id && { turn: false }),
      },
    );
    this.afterTurnEvent(session, type, turn.id);
  }

  private async emit(
    sessionId: string,
    draft: EventDraft,
    options: EmitOptions,
  ): Promise<{ id: string } | undefined> {
    try {
      return await this.options.pipeline.emit(sessionId, draft, options);
    } catch (error) {
      if ((error as Error).name !== 'EventRefusedError') throw error;
      this.options.warn(
        { session: sessionId, type: draft.type, err: error },
        'an event was refused',
      );
      if (options.mark)
        await this.options.log.record({ r: 'read', mark: options.mark });
      return undefined;
    }
  }

  /** The session that an event belongs to; a runtime that names none has one. */
  private sessionOf(event: RuntimeEvent): HeldSession | undefined {
    const named = event.sessionId ? this.get(event.sessionId) : undefined;
    if (named) return named.state === 'open' ? named : undefined;
    if (event.sessionId && this.options.driver.reportsTurns) return undefined;
    const open = this.open();
    return open.length === 1 ? open[0] : undefined;
  }

  private status(
    id: string,
    state: 'open' | 'failed' | 'closed',
    reason?: string,
    message?: string,
  ): void {
    this.options.send({
      type: 'session_status',
      session_id: id,
      state,
      ...(reason && { reason }),
      ...(message && { message }),
    });
  }

  /** The turn that runs and those that will. */
  private turnsOf(session: HeldSession): RunningTurn[] {
    return [session.turn, ...(this.expectedTurns.get(session.id) ?? [])].filter(
      turn => turn !== undefined,
    );
  }

  private expect(sessionId: string, turn: RunningTurn): void {
    const session = this.get(sessionId);
    if (this.endedTurns.has(turn.id) || session?.turn?.id === turn.id) return;
    const expected = this.expectedTurns.get(sessionId) ?? [];
    if (!expected.some(({ id }) => id === turn.id)) expected.push(turn);
    this.expectedTurns.set(sessionId, expected);
  }

  private unexpect(sessionId: string, turnId: string): void {
    const rest = (this.expectedTurns.get(sessionId) ?? []).filter(
      ({ id }) => id !== turnId,
    );
    if (rest.length > 0) this.expectedTurns.set(sessionId, rest);
    else this.expectedTurns.delete(sessionId);
  }

  private queueOf(sessionId: string): SessionQueue {
    const known = this.queues.get(sessionId);
    if (known) return known;
    const queue = new SessionQueue();
    this.queues.set(sessionId, queue);
    return queue;
  }
}
