import type { Pod } from '@greenroom/controller-runtime';
import { labels } from '@greenroom/kinds';
import {
  initialSessionState,
  projectSession,
  type AgentSettings,
  type ApprovalDecision,
  type SessionEvent,
  type SessionInput,
  type SessionOpening,
  type SessionState,
} from '@greenroom/protocol';
import { EventEmitter } from 'node:events';
import type { SessionStates } from '../../ingest/SessionStates';
import type {
  InputStatus,
  LinkedRuntime,
  RepositoryStates,
  SessionOutcome,
  SidecarLink,
  SidecarLinkEvents,
  SidecarLinks,
  VerifiedPod,
} from '../../ingest/SidecarLink';

/** What a fake runtime does with an input. */
export type RuntimeBehaviour = (
  sidecar: FakeSidecar,
  input: SessionInput,
) => void;

/** A sidecar in this process: it takes what the operator sends and tells what a test wants. */
export class FakeSidecar implements SidecarLink {
  readonly sessions = new Set<string>();
  readonly openings: SessionOpening[] = [];
  readonly inputs: SessionInput[] = [];
  readonly cancels: { sessionId: string; reason: string }[] = [];
  readonly closed: string[] = [];
  readonly decisions: ApprovalDecision[] = [];
  readonly tools = [];
  repositories: RepositoryStates = [];
  settingsDigest = '';
  settings: AgentSettings | undefined;
  runtime: LinkedRuntime = {
    state: 'ready',
    contract: 'greenroom/1',
    capabilities: {
      multiSession: true,
      cancel: true,
      permissions: true,
      fork: false,
      models: false,
      deltas: true,
    },
  };
  refuses: string | undefined;

  constructor(readonly pod: VerifiedPod, private readonly all: FakeSidecars) {}

  async openSession(opening: SessionOpening): Promise<SessionOutcome> {
    if (this.refuses)
      return {
        session_id: opening.session_id,
        state: 'failed',
        reason: 'NotSupported',
        message: this.refuses,
      };
    if (!this.sessions.has(opening.session_id)) {
      this.openings.push(opening);
      this.sessions.add(opening.session_id);
      if (!this.all.get(opening.session_id)) {
        this.emit(opening.session_id, 'session.created', {
          kind: opening.kind,
          namespace: opening.namespace,
          name: opening.name,
          agent: {
            namespace: this.pod.namespace,
            name: this.pod.agent,
            uid: 'u',
          },
          mode: 'Supervised',
          interactive: opening.interactive,
          genesis: opening.genesis,
        });
        this.emit(opening.session_id, 'session.started', {
          runtime: { type: 'greenroom', contract: 'stream' },
        });
      }
    }
    return { session_id: opening.session_id, state: 'open' };
  }

  async send(input: SessionInput): Promise<InputStatus> {
    const { id, session_id } = input;
    if (this.refuses)
      return {
        id,
        session_id,
        state: 'failed',
        reason: 'NotSupported',
        message: this.refuses,
      };
    if (this.all.taken.has(id)) return { id, session_id, state: 'duplicate' };
    this.all.taken.add(id);
    this.inputs.push(input);
    this.emit(session_id, 'turn.started', { input_id: id }, `turn-${id}`);
    this.all.behaviour(this, input);
    return { id, session_id, state: 'accepted', turn_id: `turn-${id}` };
  }

  cancel(sessionId: string, reason: string): void {
    this.cancels.push({ sessionId, reason });
    if (this.all.obeysCancel)
      this.emit(
        sessionId,
        'turn.cancelled',
        { reason },
        this.all.get(sessionId)?.turn?.id,
      );
  }

  async closeSession(sessionId: string): Promise<SessionOutcome> {
    this.closed.push(sessionId);
    this.sessions.delete(sessionId);
    return { session_id: sessionId, state: 'closed' };
  }

  decide(decision: ApprovalDecision): void {
    this.decisions.push(decision);
  }

  pushSettings(settings: AgentSettings): void {
    this.settings = settings;
    this.settingsDigest = settings.digest;
  }

  /** Ends the turn that runs in a session. */
  finish(
    sessionId: string,
    payload: Record<string, unknown> = { outcome: 'completed', answer: 'done' },
  ): void {
    this.emit(
      sessionId,
      'turn.finished',
      payload,
      this.all.get(sessionId)?.turn?.id,
    );
  }

  emit(
    sessionId: string,
    type: string,
    payload: unknown,
    turnId?: string,
  ): void {
    this.all.record(sessionId, type, payload, turnId);
  }
}

/** All sidecars of a test, and the sessions they have told of. */
export class FakeSidecars implements SidecarLinks, SessionStates {
  readonly taken = new Set<string>();
  readonly recorded = new Map<string, SessionEvent[]>();
  /** What runtimes do with inputs; by default they answer at once. */
  behaviour: RuntimeBehaviour = (sidecar, input) => {
    setImmediate(() => sidecar.finish(input.session_id));
  };
  obeysCancel = true;
  private readonly states = new Map<string, SessionState>();
  private readonly links = new Map<string, FakeSidecar>();
  private readonly emitter = new EventEmitter();
  private readonly listeners = new Set<
    (sessionId: string, events: readonly SessionEvent[]) => void
  >();

  /** Connects the sidecar of a pod. */
  connect({ metadata }: Pod, runtime?: Partial<LinkedRuntime>): FakeSidecar {
    const podLabels = metadata.labels ?? {};
    const sessionId = podLabels[labels.session];
    const sidecar = new FakeSidecar(
      {
        namespace: metadata.namespace ?? '',
        name: metadata.name ?? '',
        uid: metadata.uid ?? '',
        agent: podLabels[labels.agent] ?? podLabels[labels.template] ?? '',
        ...(sessionId ? { sessionId } : {}),
        labels: podLabels,
      },
      this,
    );
    Object.assign(sidecar.runtime, runtime);
    this.links.set(sidecar.pod.uid, sidecar);
    this.emitter.emit('connected', sidecar);
    return sidecar;
  }

  disconnect(podUid: string): void {
    const link = this.links.get(podUid);
    if (!link) return;
    this.links.delete(podUid);
    this.emitter.emit('disconnected', link);
  }

  record(
    sessionId: string,
    type: string,
    payload: unknown,
    turnId?: string,
  ): void {
    const before = this.states.get(sessionId) ?? initialSessionState;
    const seq = before.seq + 1;
    const event = {
      v: 1,
      session_id: sessionId,
      epoch: 1,
      seq,
      id: `${sessionId}-${seq}`,
      ts: new Date().toISOString(),
      type,
      actor: { type: 'agent', id: 'test' },
      ...(turnId ? { turn_id: turnId } : {}),
      payload,
    } as unknown as SessionEvent;
    this.recorded.set(sessionId, [
      ...(this.recorded.get(sessionId) ?? []),
      event,
    ]);
    this.states.set(sessionId, projectSession(before, event));
    for (const listener of this.listeners) listener(sessionId, [event]);
    this.emitter.emit('session', sessionId);
  }

  get(sessionId: string): SessionState | undefined {
    return this.states.get(sessionId);
  }

  problem(): undefined {
    return undefined;
  }

  async *events(sessionId: string, afterSeq = 0): AsyncIterable<SessionEvent> {
    for (const event of this.recorded.get(sessionId) ?? [])
      if (event.seq > afterSeq) yield event;
  }

  onEvents(
    listener: (sessionId: string, events: readonly SessionEvent[]) => void,
  ): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  byPod(podUid: string): FakeSidecar | undefined {
    return this.links.get(podUid);
  }

  byAgent(agent: { namespace: string; name: string }): FakeSidecar | undefined {
    return [...this.links.values()]
      .reverse()
      .find(
        ({ pod }) =>
          !pod.sessionId &&
          pod.namespace === agent.namespace &&
          pod.agent === agent.name,
      );
  }

  bySession(sessionId: string): FakeSidecar | undefined {
    return [...this.links.values()].find(
      link => link.sessions.has(sessionId) || link.pod.sessionId === sessionId,
    );
  }

  all(): Iterable<FakeSidecar> {
    return this.links.values();
  }

  on<Name extends keyof SidecarLinkEvents>(
    name: Name,
    listener: (...args: SidecarLinkEvents[Name]) => void,
  ): () => void {
    this.emitter.on(name, listener as never);
    return () => this.emitter.off(name, listener as never);
  }
}
