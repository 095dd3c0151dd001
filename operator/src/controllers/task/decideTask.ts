import { parseDuration, type QueueReason, type Task } from '@greenroom/kinds';
import type { QuotaVerdict } from './startQuota';

/** Whoever is to do a Task, as far as starting depends on it. */
export type TaskAgent =
  | {
      readonly state: 'Missing';
      readonly reason: 'AgentNotFound' | 'TemplateNotFound';
      readonly message: string;
    }
  | { readonly state: 'Suspended'; readonly message: string }
  | { readonly state: 'NotReady'; readonly message: string }
  | { readonly state: 'BudgetExhausted'; readonly message: string }
  | { readonly state: 'Ready' };

/** Whether what the Task brings along can be laid out. */
export type TaskContexts =
  | { readonly state: 'Resolved' }
  | { readonly state: 'Missing'; readonly message: string }
  | { readonly state: 'Invalid'; readonly message: string };

/** The Task's place among others of its agent. */
export interface TaskLine {
  readonly position: number;
  readonly freeSlots: number;
  readonly slots: number;
}

/** How a Task's work ended. */
export interface TaskOutcome {
  readonly outcome: 'completed' | 'failed' | 'cancelled';
  readonly reason?: string;
  readonly message?: string;
  readonly container?: string;
  readonly exitCode?: number;
}

/** Why work is to be aborted. */
export type AbortReason = 'Stopped' | 'TimedOut';

/** What is known of a Task's work. */
export type TaskWork =
  /** Nothing was asked of anybody. */
  | { readonly state: 'NotBegun' }
  /** It was asked for; nothing shows that it began. */
  | {
      readonly state: 'Begun';
      readonly sinceMs: number;
      readonly trouble?: string;
      readonly aborting?: Aborting;
    }
  | {
      readonly state: 'Working';
      readonly startedAtMs: number;
      readonly aborting?: Aborting;
    }
  | { readonly state: 'Ended'; readonly outcome: TaskOutcome };

/** An abort that was asked for and is not confirmed yet. */
export interface Aborting {
  readonly because: AbortReason;
  readonly sinceMs: number;
}

/** Everything that decides what happens to a Task next. */
export interface TaskSnapshot {
  readonly task: Task;
  readonly agent: TaskAgent;
  readonly contexts: TaskContexts;
  readonly line: TaskLine;
  readonly quota: QuotaVerdict;
  readonly work: TaskWork;
  readonly nowMs: number;
}

/** Phases in which a Task is finished for good. */
export type FinishedPhase = 'Completed' | 'Failed' | 'Stopped' | 'TimedOut';

/** Why a Task waits that is in no queue yet. */
export type MissingReason =
  | 'AgentNotFound'
  | 'TemplateNotFound'
  | 'ConfigMapNotFound';

/** What to do with a Task next. Times are milliseconds since 1970. */
export type TaskDecision =
  | { readonly act: 'none' }
  /** Something it refers to is not there. */
  | {
      readonly act: 'await';
      readonly reason: MissingReason;
      readonly message: string;
      readonly untilMs: number;
    }
  /** It is in the queue of its agent. */
  | {
      readonly act: 'wait';
      readonly reason: QueueReason;
      readonly message: string;
      readonly retryAtMs?: number;
    }
  | { readonly act: 'start' }
  /** It was started, which may have been lost on the way; asking again is harmless. */
  | { readonly act: 'resume'; readonly untilMs: number }
  | { readonly act: 'run'; readonly untilMs?: number }
  | {
      readonly act: 'abort';
      readonly because: AbortReason;
      readonly untilMs: number;
    }
  | {
      readonly act: 'settle';
      readonly phase: FinishedPhase;
      readonly result: TaskOutcome;
    };

/** How long a runtime has to confirm an abort before the Task is settled without it. */
export const abortGraceMs = 10_000;

const describeAbort = {
  Stopped: 'The task was stopped.',
  TimedOut: 'The task ran longer than its timeout.',
} as const;

const finishedPhases: ReadonlySet<string> = new Set([
  'Completed',
  'Failed',
  'Stopped',
  'TimedOut',
]);

/** Whether a Task has ended, however. */
export function isFinished({ status }: Pick<Task, 'status'>): boolean {
  return status?.phase !== undefined && finishedPhases.has(status.phase);
}

/** Whether somebody asked, in either way, that a Task be stopped. */
export function wantsStop({ metadata, spec }: Task): boolean {
  return spec.stop || metadata.annotations?.['greenroom.dev/stop'] === 'true';
}

/** The judgement over one Task. */
export function decideTask(snapshot: TaskSnapshot): TaskDecision {
  const { task, work } = snapshot;
  if (isFinished(task)) return { act: 'none' };
  switch (work.state) {
    case 'Ended':
      return settleOutcome(work.outcome);
    case 'Working':
      return decideWorking(snapshot, work);
    case 'Begun':
      return decideBegun(snapshot, work);
    default:
      return decideWaiting(snapshot);
  }
}

function decideWorking(
  { task, nowMs }: TaskSnapshot,
  work: Extract<TaskWork, { state: 'Working' }>,
): TaskDecision {
  if (work.aborting) return continueAbort(work.aborting, nowMs);
  if (wantsStop(task)) return startAbort('Stopped', nowMs);
  if (!task.spec.timeout) return { act: 'run' };
  const untilMs = work.startedAtMs + parseDuration(task.spec.timeout);
  return untilMs <= nowMs
    ? startAbort('TimedOut', nowMs)
    : { act: 'run', untilMs };
}

function decideBegun(
  { task, nowMs }: TaskSnapshot,
  work: Extract<TaskWork, { state: 'Begun' }>,
): TaskDecision {
  if (work.aborting) return continueAbort(work.aborting, nowMs);
  if (wantsStop(task)) return startAbort('Stopped', nowMs);
  const untilMs = work.sinceMs + startDeadlineMs(task);
  if (untilMs > nowMs) return { act: 'resume', untilMs };
  return settle('Failed', {
    outcome: 'failed',
    reason: 'StartDeadlineExceeded',
    message: `The task did not begin within ${task.spec.startDeadline}. ${
      work.trouble ?? 'The agent took it and never said that it began.'
    }`,
  });
}

function decideWaiting(snapshot: TaskSnapshot): TaskDecision {
  const { task, agent, contexts, line, quota, nowMs } = snapshot;
  if (wantsStop(task)) {
    return settle('Stopped', {
      outcome: 'cancelled',
      reason: 'Stopped',
      message: 'The task was stopped before it began; no work was done.',
    });
  }
  if (agent.state === 'Missing')
    return awaitReference(snapshot, agent.reason, agent.message);
  if (contexts.state === 'Missing')
    return awaitReference(snapshot, 'ConfigMapNotFound', contexts.message);
  if (contexts.state === 'Invalid') {
    return settle('Failed', {
      outcome: 'failed',
      reason: 'ContextError',
      message: contexts.message,
    });
  }
  switch (agent.state) {
    case 'Suspended':
      return { act: 'wait', reason: 'AgentSuspended', message: agent.message };
    case 'NotReady':
      return { act: 'wait', reason: 'AgentNotReady', message: agent.message };
    case 'BudgetExhausted':
      return { act: 'wait', reason: 'BudgetExhausted', message: agent.message };
    default:
  }
  if (line.position > line.freeSlots) {
    return {
      act: 'wait',
      reason: 'AtCapacity',
      message: `The agent does ${line.slots} ${
        line.slots === 1 ? 'task' : 'tasks'
      } at a time, and all its slots are taken or promised.`,
    };
  }
  if (!quota.allowed) {
    return {
      act: 'wait',
      reason: 'QuotaExceeded',
      message: `The agent's quota allows the next start at ${new Date(
        quota.nextStartAtMs,
      ).toISOString()}.`,
      retryAtMs: Math.max(quota.nextStartAtMs, nowMs + 1),
    };
  }
  return { act: 'start' };
}

/** What is missing may still be applied: manifests come in any order. */
function awaitReference(
  { task, nowMs }: TaskSnapshot,
  reason: MissingReason,
  message: string,
): TaskDecision {
  const { phase, queue } = task.status ?? {};
  const sinceMs =
    phase === 'Pending' && queue?.since ? Date.parse(queue.since) : nowMs;
  const untilMs = sinceMs + startDeadlineMs(task);
  if (untilMs > nowMs) return { act: 'await', reason, message, untilMs };
  return settle('Failed', {
    outcome: 'failed',
    reason,
    message: `${message} The task waited ${task.spec.startDeadline} for it.`,
  });
}

function startAbort(because: AbortReason, nowMs: number): TaskDecision {
  return { act: 'abort', because, untilMs: nowMs + abortGraceMs };
}

function continueAbort(
  { because, sinceMs }: Aborting,
  nowMs: number,
): TaskDecision {
  const untilMs = sinceMs + abortGraceMs;
  if (untilMs > nowMs) return { act: 'abort', because, untilMs };
  return settle(because, {
    outcome: 'cancelled',
    reason: because,
    message: `${describeAbort[because]} The runtime did not confirm within ${
      abortGraceMs / 1000
    } s that the work ended.`,
  });
}

function settleOutcome(outcome: TaskOutcome): TaskDecision {
  switch (outcome.outcome) {
    case 'completed':
      return settle('Completed', outcome);
    case 'failed':
      return settle('Failed', outcome);
    default: {
      const phase = outcome.reason === 'TimedOut' ? 'TimedOut' : 'Stopped';
      return settle(phase, {
        ...outcome,
        message: outcome.message ?? describeAbort[phase],
      });
    }
  }
}

function settle(phase: FinishedPhase, result: TaskOutcome): TaskDecision {
  return { act: 'settle', phase, result };
}

function startDeadlineMs(task: Task): number {
  return parseDuration(task.spec.startDeadline);
}
