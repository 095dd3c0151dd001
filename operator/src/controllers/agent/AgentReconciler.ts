import {
  done,
  type ObjectKey,
  type Reconciler,
  type ReconcileResult,
} from '@greenroom/controller-runtime';
import { Agent, type ResolvedAgent } from '@greenroom/kinds';
import type { Assembly } from '../../assembly/AgentAssembler';
import { NameConflictError } from '../../objects/OwnedObjects';
import { exposedCredentials } from '../../pods/exposedCredentials';
import type { ControllerServices } from '../ControllerServices';
import { agentStatus } from './agentStatus';
import type { AgentRepositories } from './AgentRepositories';
import { conversationsOf } from './conversations';
import {
  decideAgent,
  type AgentObstacle,
  type AgentSnapshot,
} from './decideAgent';
import { decideGitSync, type GitSyncDecision } from './decideGitSync';
import { ensureAgentObjects } from './ensureAgentObjects';
import { findShortcomings } from './findShortcomings';

/** A Secret that is missing is looked for again: Secrets are not watched. */
const lookAgainMs = 15_000;

const nothingFollowed = decideGitSync({
  checkouts: [],
  reported: [],
  observed: new Map(),
  before: [],
  activeTasks: 0,
});

/** Keeps an Agent's objects as its manifest says, and its status as they are. */
export class AgentReconciler implements Reconciler {
  constructor(
    private readonly services: ControllerServices,
    private readonly repositories: AgentRepositories,
  ) {}

  async reconcile({
    namespace = '',
    name,
  }: ObjectKey): Promise<ReconcileResult> {
    const { view, statuses, now } = this.services;
    const agent = view.agents.get({ namespace, name });
    if (!agent || agent.metadata.deletionTimestamp) {
      this.repositories.forget(namespace, name);
      return done;
    }
    const resolution = view.resolve(agent);
    if ('missing' in resolution) {
      const obstacle: AgentObstacle = {
        phase: 'Pending',
        reason: 'TemplateNotFound',
        message: resolution.missing.message,
      };
      const decision = decideAgent(
        this.snapshot(agent, undefined, { obstacle }),
      );
      await statuses.write(
        Agent,
        agent,
        agentStatus(
          agent,
          undefined,
          decision,
          this.facts(agent),
          nothingFollowed,
          now(),
        ),
      );
      return done;
    }
    return await this.reconcileResolved(agent, resolution.resolved);
  }

  private async reconcileResolved(
    agent: Agent,
    resolved: ResolvedAgent,
  ): Promise<ReconcileResult> {
    const { assembler, statuses, links, now } = this.services;
    const assembly = await assembler.assemble(resolved);
    const shortcomings = await findShortcomings(this.services, assembly);
    const obstacle = obstacleOf(assembly);
    const gitSync = this.gitSync(agent, assembly);
    const reconnecting = this.reconnectingUntil(agent);
    let snapshot = this.snapshot(agent, resolved, {
      shortcomings,
      ...(obstacle ? { obstacle } : {}),
    });
    let decision = decideAgent(snapshot);
    if (decision.replicas !== undefined) {
      try {
        await ensureAgentObjects(
          this.services,
          agent,
          assembly,
          decision.replicas,
          gitSync.commits,
        );
      } catch (error) {
        if (!(error instanceof NameConflictError)) throw error;
        snapshot = {
          ...snapshot,
          obstacle: {
            phase: 'Failed',
            reason: 'NameConflict',
            message: error.message,
          },
        };
        decision = decideAgent(snapshot);
      }
    }
    links.byAgent(resolved)?.pushSettings(assembly.settings);
    const status = agentStatus(
      agent,
      assembly,
      decision,
      this.facts(agent),
      gitSync,
      now(),
    );
    const wasReady = agent.status?.ready;
    if (await statuses.write(Agent, agent, status))
      this.tell(agent, status, wasReady);
    if (decision.ready)
      this.services.board.wakeNext(`${resolved.namespace}/${resolved.name}`);
    return next(
      [decision.standbyAtMs, reconnecting],
      shortcomings.length > 0,
      now().getTime(),
    );
  }

  private snapshot(
    agent: Agent,
    resolved: ResolvedAgent | undefined,
    more: {
      obstacle?: AgentObstacle;
      shortcomings?: AgentSnapshot['shortcomings'];
    },
  ): AgentSnapshot {
    const { board, pods, view, now } = this.services;
    const { namespace, name } = agent.metadata;
    const counts = board.counts(`${namespace}/${name}`);
    return {
      resolved,
      // What was ready a moment ago still is, as far as is known.
      pod: this.reconnectingUntil(agent)
        ? { state: 'Connected', runtime: 'ready' }
        : pods.state(namespace, name),
      work: {
        activeTasks: counts.active,
        queuedTasks: counts.queued,
        conversations: conversationsOf(view, namespace, name),
      },
      shortcomings: [],
      exposed: resolved
        ? exposedCredentials(resolved).map(credential => credential.name)
        : [],
      before: agent.status ?? {},
      nowMs: now().getTime(),
      ...more,
    };
  }

  private gitSync(agent: Agent, { contexts }: Assembly): GitSyncDecision {
    const { board, links } = this.services;
    const { namespace, name } = agent.metadata;
    return decideGitSync({
      checkouts: contexts.checkouts,
      reported: links.byAgent({ namespace, name })?.repositories ?? [],
      observed: this.repositories.observe(namespace, name, contexts.checkouts),
      before: agent.status?.gitSync ?? [],
      activeTasks: board.counts(`${namespace}/${name}`).active,
    });
  }

  /** Until when a ready agent's sidecar may be on its way back, while its pod runs. */
  private reconnectingUntil({ metadata, status }: Agent): number | undefined {
    const { pods } = this.services;
    const { namespace, name } = metadata;
    if (!status?.ready || pods.state(namespace, name).state !== 'Unreachable')
      return undefined;
    return pods.reconnectingUntil(namespace, name);
  }

  private facts({ metadata }: Agent) {
    const { board } = this.services;
    const key = `${metadata.namespace}/${metadata.name}`;
    return { counts: board.counts(key), starts: board.starts(key) };
  }

  private tell(
    agent: Agent,
    status: NonNullable<Agent['status']>,
    wasReady: boolean | undefined,
  ): void {
    const { events } = this.services;
    const ready = status.conditions?.find(({ type }) => type === 'Ready');
    if (status.ready && !wasReady) {
      events.event(agent, {
        reason: 'Ready',
        action: 'Reconcile',
        note: 'The agent takes work.',
      });
    } else if (status.phase !== agent.status?.phase && ready) {
      const type =
        status.phase === 'Failed' || status.phase === 'Degraded'
          ? 'Warning'
          : 'Normal';
      events.event(agent, {
        type,
        reason: ready.reason,
        action: 'Reconcile',
        note: ready.message,
      });
    }
  }
}

function obstacleOf({ problems }: Assembly): AgentObstacle | undefined {
  const [problem] = problems;
  if (!problem) return undefined;
  return {
    phase: problem.reason === 'ContextError' ? 'Failed' : 'Pending',
    reason: problem.reason,
    message: problems.map(({ message }) => message).join(' '),
  };
}

function next(
  moments: (number | undefined)[],
  looksAgain: boolean,
  nowMs: number,
): ReconcileResult {
  const times = [
    ...moments.flatMap(moment =>
      moment === undefined ? [] : [moment - nowMs],
    ),
    ...(looksAgain ? [lookAgainMs] : []),
  ];
  return times.length > 0
    ? { requeueAfter: Math.max(1, Math.min(...times)) }
    : done;
}
