import { Task } from '@greenroom/kinds';
import type { SessionState } from '@greenroom/protocol';
import {
  claimConditions,
  toKubernetesTime,
  type ConditionClaim,
} from '../../status/claimConditions';
import { sessionSummary } from '../session/sessionSummary';
import type { TaskDecision, TaskOutcome } from './decideTask';

const inProgress: ConditionClaim[] = [
  claim('Completed', 'False', 'InProgress', 'The work is not done yet.'),
  claim('Failed', 'False', 'InProgress', 'The task has not ended.'),
];

type TaskStatus = NonNullable<Task['status']>;

/** Facts that a Task's status tells besides the decision. */
export interface TaskFacts {
  readonly task: Task;
  readonly now: Date;
  readonly position?: number;
  readonly sessionId?: string;
  readonly podName?: string;
  readonly jobName?: string;
  readonly session?: SessionState;
}

/** Longest answer in a status, in characters; the whole is in the session. */
const longestAnswer = 16_384;
const longestMessage = 4_096;

/** The status that a decision leads to. */
export function taskStatus(
  decision: TaskDecision,
  facts: TaskFacts,
): TaskStatus {
  const { task, now } = facts;
  const before = task.status ?? {};
  const base: TaskStatus = {
    observedGeneration: task.metadata.generation,
    ...(task.spec.agentRef ? { agentRef: task.spec.agentRef } : {}),
    ...(task.spec.templateRef ? { templateRef: task.spec.templateRef } : {}),
    ...pick(before, [
      'queuedTime',
      'startTime',
      'podName',
      'jobName',
      'session',
    ]),
  };
  const conditions = (claims: ConditionClaim[]) =>
    claimConditions(before.conditions, claims, task.metadata.generation, now);

  switch (decision.act) {
    case 'await':
      return {
        ...base,
        phase: 'Pending',
        queue: {
          message: decision.message.slice(0, 1024),
          since:
            before.phase === 'Pending' && before.queue?.since
              ? before.queue.since
              : toKubernetesTime(now),
        },
        conditions: conditions([
          claim('Started', 'False', decision.reason, decision.message),
          ...inProgress,
        ]),
      };
    case 'wait': {
      const since =
        before.phase === 'Queued' && before.queue?.since
          ? before.queue.since
          : toKubernetesTime(now);
      return {
        ...base,
        phase: 'Queued',
        queuedTime: before.queuedTime ?? since,
        queue: {
          ...(facts.position === undefined ? {} : { position: facts.position }),
          reason: decision.reason,
          message: decision.message.slice(0, 1024),
          since,
        },
        conditions: conditions([
          claim('Queued', 'True', decision.reason, decision.message),
          claim(
            'Started',
            'False',
            'Queued',
            'The task waits in the queue of its agent.',
          ),
          ...inProgress,
        ]),
      };
    }
    case 'start':
      return {
        ...base,
        phase: 'Starting',
        ...(facts.podName ? { podName: facts.podName } : {}),
        ...(facts.jobName ? { jobName: facts.jobName } : {}),
        session: { id: facts.sessionId ?? '', title: taskTitle(task) },
        conditions: conditions([
          claim('Queued', 'False', 'Started', 'The task left the queue.'),
          claim(
            'Started',
            'False',
            'Starting',
            'The task was handed over and begins.',
          ),
          ...inProgress,
        ]),
      };
    case 'run':
      return {
        ...base,
        phase: 'Running',
        ...(facts.podName ? { podName: facts.podName } : {}),
        ...startOf(facts, base),
        conditions: conditions([
          claim('Queued', 'False', 'Started', 'The task left the queue.'),
          claim('Started', 'True', 'Running', 'The agent works on the task.'),
          ...inProgress,
        ]),
      };
    case 'settle':
      return settledStatus(decision, facts, base, conditions);
    default:
      return before;
  }
}

function settledStatus(
  { phase, result }: Extract<TaskDecision, { act: 'settle' }>,
  facts: TaskFacts,
  base: TaskStatus,
  conditions: (claims: ConditionClaim[]) => TaskStatus['conditions'],
): TaskStatus {
  const { task, now, session } = facts;
  const start = startOf(facts, base);
  const ended = session?.turn?.endedAt ?? session?.endedAt;
  const reason = result.reason ?? phase;
  const message =
    result.message ??
    (phase === 'Completed'
      ? 'The agent finished the task.'
      : `The task ended as ${phase}.`);
  const answer = session?.turn?.answer ?? session?.answer;
  return {
    ...base,
    ...(facts.podName ? { podName: facts.podName } : {}),
    ...start,
    phase,
    completionTime: ended
      ? toKubernetesTime(new Date(ended))
      : toKubernetesTime(now),
    result: {
      ...pick(result, ['exitCode', 'container']),
      reason: reason.slice(0, 256),
      message: message.slice(0, longestMessage),
    },
    ...(answer === undefined
      ? {}
      : {
          answer: answer.slice(0, longestAnswer),
          answerTruncated: answer.length > longestAnswer,
        }),
    ...(session ? { artifacts: session.artifacts.length } : {}),
    ...(base.session
      ? {
          session: session
            ? sessionSummary(
                base.session.id,
                session,
                base.session.title ?? taskTitle(task),
              )
            : base.session,
        }
      : {}),
    conditions: conditions([
      claim('Queued', 'False', 'Finished', 'The task ended.'),
      start.startTime
        ? claim('Started', 'True', 'Running', 'The agent worked on the task.')
        : claim(
            'Started',
            'False',
            'NeverStarted',
            'The task ended before the work began.',
          ),
      ...endConditions(phase, result, message),
    ]),
  };
}

/** `kubectl wait` looks at these two: exactly one becomes true. */
function endConditions(
  phase: string,
  result: TaskOutcome,
  message: string,
): ConditionClaim[] {
  if (phase === 'Completed') {
    return [
      claim('Completed', 'True', 'Completed', message),
      claim('Failed', 'False', 'Completed', message),
    ];
  }
  const reason = phase === 'Failed' ? failureReason(result.reason) : phase;
  return [
    claim('Completed', 'False', 'Failed', message),
    claim('Failed', 'True', reason, message),
  ];
}

/** The reason from the closed list of conditions; a word of the runtime's own stands in `status.result`. */
function failureReason(word: string | undefined): string {
  return word !== undefined &&
    Object.hasOwn(Task.conditions.Failed.reasons, word)
    ? word
    : 'RuntimeFailed';
}

function startOf(
  { session }: TaskFacts,
  base: TaskStatus,
): { startTime?: string } {
  const startedAt = session?.turn?.startedAt;
  if (base.startTime) return { startTime: base.startTime };
  return startedAt ? { startTime: toKubernetesTime(new Date(startedAt)) } : {};
}

/** Title of the Task's session: the first line of its description, or its name. */
export function taskTitle({ metadata, spec }: Task): string {
  const line = (spec.description ?? '')
    .split('\n')
    .find(each => each.trim() !== '');
  return (line ?? metadata.name)
    .replace(/^#+\s*/, '')
    .trim()
    .slice(0, 120);
}

function claim(
  type: string,
  status: ConditionClaim['status'],
  reason: string,
  message: string,
): ConditionClaim {
  return { type, status, reason, message };
}

function pick<T extends object, K extends keyof T>(
  from: T,
  keys: K[],
): Pick<T, K> {
  return Object.fromEntries(
    keys.filter(key => from[key] !== undefined).map(key => [key, from[key]]),
  ) as Pick<T, K>;
}
