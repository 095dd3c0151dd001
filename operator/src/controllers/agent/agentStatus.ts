import type { Agent } from '@greenroom/kinds';
import type { Assembly } from '../../assembly/AgentAssembler';
import { agentUrl } from '../../pods/agentService';
import {
  claimConditions,
  toKubernetesTime,
} from '../../status/claimConditions';
import type { AgentDecision } from './decideAgent';
import type { GitSyncDecision } from './decideGitSync';

type AgentStatus = NonNullable<Agent['status']>;
type ToolState = NonNullable<AgentStatus['tools']>[number];

/** What an Agent's status tells of its Tasks. */
export interface AgentTaskFacts {
  readonly counts: { readonly active: number; readonly queued: number };
  /** Times of starts in milliseconds since 1970. */
  readonly starts: readonly number[];
}

/** The status that a decision leads to. */
export function agentStatus(
  agent: Agent,
  assembly: Assembly | undefined,
  decision: AgentDecision,
  { counts, starts }: AgentTaskFacts,
  gitSync: GitSyncDecision,
  now: Date,
): AgentStatus {
  const { name, generation } = agent.metadata;
  const resolved = assembly?.agent;
  const made = decision.replicas !== undefined;
  return {
    observedGeneration: generation,
    phase: decision.phase,
    ready: decision.ready,
    activeTasks: counts.active,
    queuedTasks: counts.queued,
    ...(resolved ? { url: agentUrl(resolved) } : {}),
    ...(made ? { deploymentName: name, serviceName: name } : {}),
    ...(decision.suspendedBy ? { suspendedBy: decision.suspendedBy } : {}),
    ...(decision.idleSinceMs === undefined
      ? {}
      : { idleSince: toKubernetesTime(new Date(decision.idleSinceMs)) }),
    ...(resolved?.quota
      ? { taskStarts: recentStarts(starts, resolved.quota.windowSeconds, now) }
      : {}),
    ...(gitSync.gitSync.length > 0 ? { gitSync: [...gitSync.gitSync] } : {}),
    ...(agent.status?.usage ? { usage: agent.status.usage } : {}),
    ...(assembly ? { tools: toolStates(assembly) } : {}),
    conditions: claimConditions(
      agent.status?.conditions,
      [...decision.claims, gitSync.claim],
      generation,
      now,
    ),
  };
}

function recentStarts(
  starts: readonly number[],
  windowSeconds: number,
  now: Date,
): string[] {
  const since = now.getTime() - windowSeconds * 1000;
  return starts
    .filter(start => start > since)
    .sort((a, b) => a - b)
    .map(start => toKubernetesTime(new Date(start)));
}

function toolStates({ agent, tools }: Assembly): ToolState[] {
  return agent.tools.map(({ ref }) => {
    const tool = tools.find(({ metadata }) => metadata.name === ref);
    if (!tool) {
      return {
        ref,
        state: 'Missing',
        message: `Tool "${ref}" does not exist in namespace "${agent.namespace}". Create it, or correct tools[].ref.`,
      };
    }
    const ready = tool.status?.conditions?.find(({ type }) => type === 'Ready');
    return {
      ref,
      state: tool.status?.phase ?? 'Pending',
      ...(tool.status?.tools ? { functions: tool.status.tools.length } : {}),
      ...(ready && ready.status !== 'True'
        ? { message: ready.message.slice(0, 1024) }
        : {}),
    };
  });
}
