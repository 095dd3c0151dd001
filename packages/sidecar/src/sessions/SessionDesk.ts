import type {
  Actor,
  AgentSettings,
  DurableSession,
  SessionOpening,
  SidecarMessage,
} from '@greenroom/protocol';
import type { Approvals } from '../approvals/Approvals';
import type { ArtifactDesk } from '../artifacts/ArtifactDesk';
import type { HeldSession } from '../log/HeldSession';
import type { RunningTurn } from '../log/LogRecord';
import type { SessionLog } from '../log/SessionLog';
import type { EmitOptions, EventDraft } from '../pipeline/EventDraft';
import type { EventPipeline } from '../pipeline/EventPipeline';
import type { RuntimeDriver } from '../runtime/RuntimeDriver';
import { SessionQueue } from './SessionQueue';
import { TurnBook } from './TurnBook';

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

/** On whose word the sidecar records what it says itself. */
export const SYSTEM: Actor = { type: 'system', id: 'greenroom/sidecar' };

/** The desk that all work on sessions is done at: what there is, what is recorded of it, and who is told. */
export class SessionDesk {
  readonly turns = new TurnBook();
  private readonly queues = new Map<string, SessionQueue>();

  constructor(readonly options: SessionsOptions) {}

  /** Sessions that are open, oldest first. */
  open(): HeldSession[] {
    return [...this.options.log.state.sessions.values()].filter(
      ({ state }) => state === 'open',
    );
  }

  get(sessionId: string): HeldSession | undefined {
    return this.options.log.state.sessions.get(sessionId);
  }

  /** What a session does one after another: being prepared, then its inputs. */
  queueOf(sessionId: string): SessionQueue {
    const known = this.queues.get(sessionId);
    if (known) return known;
    const queue = new SessionQueue();
    this.queues.set(sessionId, queue);
    return queue;
  }

  /** Records an event. One that is refused is logged, and what was read for it counts as read. */
  async emit(
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
      if (options.mark) {
        await this.options.log.record({ r: 'read', mark: options.mark });
      }
      return undefined;
    }
  }

  /** Records an event of Greenroom itself. */
  async emitSystem(
    session: HeldSession,
    type: string,
    payload: unknown,
  ): Promise<void> {
    await this.emit(
      session.id,
      { type, payload, actor: SYSTEM },
      { emitter: 'greenroom' },
    );
  }

  /** Records an event of Greenroom itself that a session has once, whatever restarts. */
  async emitOnce(
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

  /** Begins a turn that the runtime does not begin itself. */
  async startTurn(session: HeldSession, turn: RunningTurn): Promise<void> {
    this.turns.signals.start(session.id);
    await this.emit(
      session.id,
      {
        type: 'turn.started',
        payload: turn.inputId ? { input_id: turn.inputId } : {},
        turnId: turn.id,
        actor: SYSTEM,
      },
      { emitter: 'greenroom', turn },
    );
  }

  /** Ends a turn that the runtime does not end itself; one that never began is begun first, for readers pair them. */
  async endTurn(
    session: HeldSession,
    turn: RunningTurn,
    type: 'turn.finished' | 'turn.cancelled',
    payload: unknown,
  ): Promise<void> {
    if (session.state !== 'open' || this.turns.hasEnded(turn.id)) return;
    const other = session.turn?.id === turn.id ? undefined : session.turn;
    if (session.turn?.id !== turn.id) await this.startTurn(session, turn);
    await this.emit(
      session.id,
      { type, payload, turnId: turn.id, actor: SYSTEM },
      { emitter: 'greenroom', turn: other ?? false },
    );
    await this.turnChanged(session, type, turn.id);
  }

  /** Keeps the book of turns in step with what was recorded. */
  async turnChanged(
    session: HeldSession,
    type: string,
    turnId: string | undefined,
  ): Promise<void> {
    if (!turnId) return;
    if (type === 'turn.started') this.turns.unexpect(session, turnId);
    if (type !== 'turn.finished' && type !== 'turn.cancelled') return;
    this.turns.end(session, turnId);
    const input = [...session.inputs].find(
      ([, held]) => held.turnId === turnId && held.state === 'delivered',
    );
    if (input) {
      await this.options.log.record({
        r: 'input',
        s: session.id,
        id: input[0],
        state: 'done',
      });
    }
    await this.options.approvals.turnEnded(session, turnId);
  }

  /** Tells the operator how a session is. */
  status(
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

  /** Nothing is kept of a session that is over. */
  forget(sessionId: string): void {
    this.queues.delete(sessionId);
    this.turns.forget(sessionId);
    this.options.pipeline.forget(sessionId);
  }
}
