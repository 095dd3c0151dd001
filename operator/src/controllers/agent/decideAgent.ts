import {
  parseDuration,
  type Agent,
  type ResolvedAgent,
} from '@greenroom/kinds';
import type { PodTrouble } from '../../podState/readPod';
import type { ConditionClaim } from '../../status/claimConditions';

type AgentStatus = NonNullable<Agent['status']>;
type Phase = NonNullable<AgentStatus['phase']>;

/** How far an agent's pod has come. */
export type AgentPod =
  | { readonly state: 'None' }
  | { readonly state: 'Starting'; readonly trouble?: PodTrouble }
  | {
      readonly state: 'Connected';
      readonly runtime: 'starting' | 'ready' | 'failed';
      readonly message?: string;
    }
  /** It runs, but its sidecar has not reported. */
  | { readonly state: 'Unreachable'; readonly trouble?: PodTrouble };

/** Something that keeps an agent from being made at all. */
export interface AgentObstacle {
  readonly phase: 'Pending' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

/** Something an agent lacks while its pod runs: for `Ready` it can do no work, for `ToolsReady` a part of it. */
export interface AgentShortcoming {
  readonly condition: 'Ready' | 'ToolsReady';
  readonly reason: string;
  readonly message: string;
}

/** Work that keeps an agent awake. */
export interface AgentWork {
  readonly activeTasks: number;
  readonly queuedTasks: number;
  /** Sessions and Messages at work, or that somebody may go on with at any moment. */
  readonly conversations: number;
}

/** Everything that decides an agent's scale and what its status says. */
export interface AgentSnapshot {
  readonly resolved: ResolvedAgent | undefined;
  readonly obstacle?: AgentObstacle;
  readonly pod: AgentPod;
  readonly work: AgentWork;
  readonly shortcomings: readonly AgentShortcoming[];
  /** Credentials that the agent container sees. */
  readonly exposed: readonly string[];
  readonly budgetExhausted?: string;
  readonly before: Pick<AgentStatus, 'suspendedBy' | 'idleSince'>;
  readonly nowMs: number;
}

/** What an agent's scale and status come to. */
export interface AgentDecision {
  /** Absent while nothing can be made. */
  readonly replicas?: 0 | 1;
  readonly phase: Phase;
  readonly ready: boolean;
  readonly suspendedBy?: 'User' | 'Standby' | 'Budget';
  /** Milliseconds since 1970. */
  readonly idleSinceMs?: number;
  /** When standby begins if nothing happens until then; milliseconds since 1970. */
  readonly standbyAtMs?: number;
  readonly claims: readonly ConditionClaim[];
}

/** The judgement over one Agent. */
export function decideAgent(snapshot: AgentSnapshot): AgentDecision {
  const { resolved, obstacle } = snapshot;
  if (!resolved || obstacle) return obstructed(snapshot);
  const idle = decideIdle(snapshot, resolved);
  const suspendedBy = decideSuspension(snapshot, resolved, idle);
  const availability = suspendedBy
    ? suspension(suspendedBy, resolved)
    : decideAvailability(snapshot, idle.isIdle);
  return {
    replicas: suspendedBy ? 0 : 1,
    phase: availability.phase,
    ready: availability.ready,
    ...(suspendedBy ? { suspendedBy } : {}),
    ...(idle.sinceMs === undefined ? {} : { idleSinceMs: idle.sinceMs }),
    ...(idle.standbyAtMs === undefined || suspendedBy
      ? {}
      : { standbyAtMs: idle.standbyAtMs }),
    claims: [
      {
        type: 'Ready',
        status: availability.ready ? 'True' : 'False',
        reason: availability.reason,
        message: availability.message,
      },
      reachable(snapshot, suspendedBy),
      suspendedBy
        ? {
            type: 'Suspended',
            status: 'True',
            reason: `By${suspendedBy}`,
            message: availability.message,
          }
        : {
            type: 'Suspended',
            status: 'False',
            reason: 'Active',
            message: 'The agent is not suspended.',
          },
      templateResolved(resolved),
      ...budgetAvailable(snapshot, resolved),
      toolsReady(snapshot, resolved),
      ...exposedClaims(snapshot),
    ],
  };
}

function obstructed({ resolved, obstacle }: AgentSnapshot): AgentDecision {
  const { phase, reason, message } = obstacle ?? {
    phase: 'Pending' as const,
    reason: 'TemplateNotFound',
    message: 'The agent cannot be resolved.',
  };
  return {
    phase,
    ready: false,
    claims: [
      { type: 'Ready', status: 'False', reason, message },
      ...(resolved
        ? [templateResolved(resolved)]
        : [
            {
              type: 'TemplateResolved',
              status: 'False' as const,
              reason,
              message,
            },
          ]),
      ...(reason === 'NameConflict'
        ? [
            {
              type: 'NameConflict',
              status: 'True' as const,
              reason: 'OwnedByOther',
              message,
            },
          ]
        : []),
    ],
  };
}

interface Idle {
  readonly isIdle: boolean;
  readonly sinceMs?: number;
  readonly standbyAtMs?: number;
}

function decideIdle(
  { work, before, nowMs }: AgentSnapshot,
  { standby }: ResolvedAgent,
): Idle {
  if (!standby) return { isIdle: false };
  if (work.activeTasks + work.queuedTasks + work.conversations > 0)
    return { isIdle: false };
  const sinceMs = before.idleSince ? Date.parse(before.idleSince) : nowMs;
  return {
    isIdle: true,
    sinceMs,
    standbyAtMs: sinceMs + parseDuration(standby.idleTimeout),
  };
}

/** A person's suspension stands above all; work wakes from standby. */
function decideSuspension(
  { before, budgetExhausted, nowMs }: AgentSnapshot,
  { suspend, budget }: ResolvedAgent,
  idle: Idle,
): AgentDecision['suspendedBy'] {
  if (suspend) return 'User';
  if (budgetExhausted && budget?.onExceeded === 'Stop' && idle.isIdle)
    return 'Budget';
  if (!idle.isIdle || idle.standbyAtMs === undefined) return undefined;
  return before.suspendedBy === 'Standby' || idle.standbyAtMs <= nowMs
    ? 'Standby'
    : undefined;
}

interface Availability {
  readonly phase: Phase;
  readonly ready: boolean;
  readonly reason: string;
  readonly message: string;
}

function suspension(
  by: 'User' | 'Standby' | 'Budget',
  { name, namespace, standby }: ResolvedAgent,
): Availability {
  const message = {
    User: `The agent is suspended by spec.suspend; work for it waits. Resume it with: kubectl patch agent ${name} -n ${namespace} --type=merge -p '{"spec":{"suspend":false}}'`,
    Standby: `The agent was idle for ${
      standby?.idleTimeout ?? 'a while'
    } and is on standby. A task or message wakes it.`,
    Budget:
      'The budget is used up. The agent is stopped until the next window, or until spec.budget is raised.',
  }[by];
  return { phase: 'Suspended', ready: false, reason: 'Suspended', message };
}

function decideAvailability(
  { pod, shortcomings }: AgentSnapshot,
  isIdle: boolean,
): Availability {
  switch (pod.state) {
    case 'None':
      return {
        phase: 'Starting',
        ready: false,
        reason: 'Starting',
        message: 'The pod is being made.',
      };
    case 'Starting':
      return pod.trouble
        ? {
            phase: 'Failed',
            ready: false,
            reason: pod.trouble.reason,
            message: pod.trouble.message,
          }
        : {
            phase: 'Starting',
            ready: false,
            reason: 'Starting',
            message: 'The pod starts.',
          };
    case 'Unreachable':
      return pod.trouble
        ? {
            phase: 'Failed',
            ready: false,
            reason: pod.trouble.reason,
            message: pod.trouble.message,
          }
        : {
            phase: 'Starting',
            ready: false,
            reason: 'SidecarNotConnected',
            message:
              'The pod runs, but its sidecar has not reported to the operator yet.',
          };
    default:
      return connected(pod, shortcomings, isIdle);
  }
}

function connected(
  pod: Extract<AgentPod, { state: 'Connected' }>,
  shortcomings: readonly AgentShortcoming[],
  isIdle: boolean,
): Availability {
  if (pod.runtime === 'failed') {
    return {
      phase: 'Failed',
      ready: false,
      reason: 'RuntimeNotHealthy',
      message:
        pod.message ??
        'The runtime failed. Look at the logs of container "agent".',
    };
  }
  if (pod.runtime === 'starting') {
    return {
      phase: 'Starting',
      ready: false,
      reason: 'Starting',
      message: pod.message ?? 'The runtime starts.',
    };
  }
  const lack = shortcomings.find(({ condition }) => condition === 'Ready');
  if (lack)
    return {
      phase: 'Degraded',
      ready: false,
      reason: lack.reason,
      message: lack.message,
    };
  const tool = shortcomings.find(({ condition }) => condition === 'ToolsReady');
  if (tool)
    return {
      phase: 'Degraded',
      ready: true,
      reason: 'Ready',
      message: `The agent takes work, without some tools: ${tool.message}`,
    };
  return {
    phase: isIdle ? 'Idle' : 'Ready',
    ready: true,
    reason: 'Ready',
    message: 'The agent takes work.',
  };
}

function reachable(
  { pod }: AgentSnapshot,
  suspendedBy: AgentDecision['suspendedBy'],
): ConditionClaim {
  if (pod.state === 'Connected') {
    return {
      type: 'Reachable',
      status: 'True',
      reason: 'Connected',
      message: 'The sidecar is connected.',
    };
  }
  return suspendedBy
    ? {
        type: 'Reachable',
        status: 'False',
        reason: 'Suspended',
        message: 'No pod runs while the agent is suspended.',
      }
    : {
        type: 'Reachable',
        status: 'False',
        reason: 'NotConnected',
        message: 'No sidecar of the agent is connected.',
      };
}

function templateResolved({ template }: ResolvedAgent): ConditionClaim {
  return template
    ? {
        type: 'TemplateResolved',
        status: 'True',
        reason: 'Resolved',
        message: `Merged over template "${template}".`,
      }
    : {
        type: 'TemplateResolved',
        status: 'True',
        reason: 'NoTemplate',
        message: 'The agent refers to no template.',
      };
}

function budgetAvailable(
  { budgetExhausted }: AgentSnapshot,
  { budget }: ResolvedAgent,
): ConditionClaim[] {
  if (!budget) {
    return [
      {
        type: 'BudgetAvailable',
        status: 'True',
        reason: 'NoBudget',
        message: 'The agent has no budget: nothing is limited.',
      },
    ];
  }
  return [
    budgetExhausted
      ? {
          type: 'BudgetAvailable',
          status: 'False',
          reason: 'Exhausted',
          message: budgetExhausted,
        }
      : {
          type: 'BudgetAvailable',
          status: 'True',
          reason: 'WithinBudget',
          message: 'The budget is not used up.',
        },
  ];
}

function toolsReady(
  { shortcomings }: AgentSnapshot,
  { tools }: ResolvedAgent,
): ConditionClaim {
  const found = shortcomings.filter(
    ({ condition }) => condition === 'ToolsReady',
  );
  if (found.length > 0) {
    const message = found.map(each => each.message).join(' ');
    return {
      type: 'ToolsReady',
      status: 'False',
      reason: found[0].reason,
      message,
    };
  }
  return tools.length > 0
    ? {
        type: 'ToolsReady',
        status: 'True',
        reason: 'AllReady',
        message: 'All bound tools can be used.',
      }
    : {
        type: 'ToolsReady',
        status: 'True',
        reason: 'NoTools',
        message: 'The agent names no tools.',
      };
}

function exposedClaims({ exposed }: AgentSnapshot): ConditionClaim[] {
  if (exposed.length === 0) {
    return [
      {
        type: 'SecretsExposed',
        status: 'False',
        reason: 'AllBrokered',
        message: 'No secret is in the agent container.',
      },
    ];
  }
  return [
    {
      type: 'SecretsExposed',
      status: 'True',
      reason: 'EnvOrFile',
      message: `The agent container sees ${exposed
        .map(name => `"${name}"`)
        .join(
          ', ',
        )}. Use expose: Broker where the agent need not know the secret.`,
    },
  ];
}
