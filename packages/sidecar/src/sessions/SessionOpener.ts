import { SessionChain, type SessionOpening } from '@greenroom/protocol';
import { nodeSha256 } from '@greenroom/protocol/node';
import { backOffMs, RUNTIME_BACK_OFF } from '../ingest/backOff';
import { pause } from '../ingest/pause';
import type { HeldSession } from '../log/HeldSession';
import { RuntimeRefusedError } from '../runtime/RuntimeDriver';
import type { RuntimeGate } from './RuntimeGate';
import { runtimeSession } from './runtimeSession';
import type { SessionCloser } from './SessionCloser';
import type { SessionDesk } from './SessionDesk';

/** Marks `session.started` as recorded. */
const STARTED = 'greenroom:started';

/** Errors of preparing a task that its author mends. */
const CONTEXT_ERRORS: ReadonlySet<string> = new Set([
  'ContextError',
  'GitError',
  'OutsideFolderError',
  'FetchContextError',
]);

/** Brings sessions to where they take input: recorded, prepared, open in the runtime. */
export class SessionOpener {
  /** Epoch of sessions that are opened from now on; the operator says it. */
  epochBase = 0;

  constructor(
    private readonly desk: SessionDesk,
    private readonly closer: SessionCloser,
    private readonly gate: RuntimeGate,
  ) {}

  /** `open_session`: idempotent; the answer is a `session_status`. */
  async open(opening: SessionOpening): Promise<void> {
    const { session_id: id } = opening;
    const { log, driver } = this.desk.options;
    const held = this.desk.get(id);
    // Its end is told when the operator has its last entry.
    if (held && held.state !== 'open') return;
    if (log.state.forgotten.has(id)) {
      this.desk.status(id, 'closed', 'SessionEnded', 'This session has ended.');
      return;
    }
    const [busy] = held ? [] : this.desk.open();
    const takesOne = this.gate.isReady && !driver.capabilities.multiSession;
    if (busy && takesOne) {
      const message = `The runtime takes one session at a time and has "${busy.id}". Wait for it to end.`;
      this.desk.status(id, 'failed', 'RuntimeBusy', message);
      return;
    }
    if (!held) await this.begin(opening);
    this.desk.status(id, 'open');
  }

  /** Carries a session on that a former process had. */
  async resume(session: HeldSession, previousEpoch?: number): Promise<void> {
    if (session.seq === 0) await this.created(session);
    else {
      await this.desk.emitSystem(session, 'session.resumed', {
        reason: 'SidecarRestarted',
        ...(previousEpoch !== undefined && { previous_epoch: previousEpoch }),
      });
    }
    this.prepare(session);
  }

  /** Opens a session in a new process of the runtime. */
  async reopen(session: HeldSession): Promise<void> {
    await this.desk.emitSystem(session, 'session.resumed', {
      reason: 'RuntimeRestarted',
    });
    this.prepare(session);
  }

  /** Waits for the runtime and tells it of the session. */
  async openInRuntime(session: HeldSession): Promise<void> {
    const { driver, settings, workspaceDir, signal } = this.desk.options;
    for (let attempt = 1; ; attempt++) {
      await this.gate.whenReady(() => session.state !== 'open');
      if (session.state !== 'open' || signal.aborted) return;
      try {
        await driver.open(
          runtimeSession(session.opening, settings(), workspaceDir),
        );
        return;
      } catch (error) {
        const mayPass =
          error instanceof RuntimeRefusedError && error.kind === 'retry';
        if (!mayPass) throw error;
        const waitMs = backOffMs(RUNTIME_BACK_OFF, attempt, Math.random());
        await pause(waitMs, signal);
      }
    }
  }

  private async begin(opening: SessionOpening): Promise<void> {
    const { session_id: id } = opening;
    const { log, journalled } = this.desk.options;
    const known = journalled(id);
    const { seq, hash } =
      known ?? SessionChain.begin(id, opening.genesis, nodeSha256).head;
    const recorded = log.record({
      r: 'session',
      opening,
      epoch: known?.epoch ?? this.epochBase,
      seq,
      hash,
      acked: seq,
      state: 'open',
    });
    const session = this.desk.get(id)!;
    const begun = recorded.then(() => this.firstEvent(session));
    // Takes its place in the queue at once: an input that comes now must find the session prepared.
    this.prepare(session, begun);
    await begun;
  }

  private async firstEvent(session: HeldSession): Promise<void> {
    if (session.seq === 0) {
      await this.created(session);
      return;
    }
    // The journal has more than this sidecar's log, which was lost with its volume: the chain goes on from the journal's end.
    await this.desk.emitSystem(session, 'session.resumed', {
      reason: 'StateLost',
      message:
        'The sidecar’s own log was lost; the record continues from the operator’s.',
    });
  }

  private async created(session: HeldSession): Promise<void> {
    const { opening } = session;
    const { agent, mode } = this.desk.options.settings();
    const { uid, namespace, name } = agent;
    await this.desk.emitOnce(session, 'greenroom:created', 'session.created', {
      kind: opening.kind,
      namespace: opening.namespace,
      name: opening.name,
      agent: { namespace, name, uid },
      ...(opening.title && { title: opening.title }),
      ...(opening.owner && { owner: opening.owner }),
      mode,
      interactive: opening.interactive,
      genesis: opening.genesis,
    });
  }

  private prepare(session: HeldSession, begun?: Promise<void>): void {
    void this.desk.queueOf(session.id).run(async () => {
      await begun;
      await this.prepareNow(session);
    });
  }

  /** What an earlier process did of it is not done again. */
  private async prepareNow(session: HeldSession): Promise<void> {
    if (session.state !== 'open') return;
    const { signal, prepare } = this.desk.options;
    try {
      if (!session.seen.has(STARTED)) {
        await prepare(session.opening, text => {
          void this.desk.emitSystem(session, 'agent.status', { text });
        });
      }
      await this.openInRuntime(session);
    } catch (error) {
      if (signal.aborted) return;
      const { name, message } = error as Error;
      const reason = CONTEXT_ERRORS.has(name)
        ? 'ContextError'
        : 'RuntimeRefused';
      await this.closer.fail(session, reason, message);
      return;
    }
    if (!signal.aborted) await this.started(session);
  }

  private async started(session: HeldSession): Promise<void> {
    const { runtime, tools } = this.desk.options.settings();
    await this.desk.emitOnce(session, STARTED, 'session.started', {
      runtime: { type: runtime.type, contract: runtime.contract },
      tools: ['greenroom', ...tools.map(tool => tool.name)],
    });
    const { task } = session.opening;
    if (!task) return;
    await this.desk.emitOnce(session, 'greenroom:task', 'task.started', {
      task: { namespace: task.namespace, name: task.name, uid: task.uid },
    });
  }
}
