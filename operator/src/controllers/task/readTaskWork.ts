import type { Task } from '@greenroom/kinds';
import type { SessionState } from '@greenroom/protocol';
import { isEnded } from '@greenroom/protocol';
import type { Aborting, TaskOutcome, TaskWork } from './decideTask';

/** The pod that a Task's work is in. */
export type TaskPod =
  /** It is there, or it is too early to say. */
  | { readonly state: 'Present'; readonly trouble?: string }
  /** It is gone, or ended, and will say nothing any more. */
  | { readonly state: 'Lost'; readonly outcome: TaskOutcome };

/** Id of the input by which a Task's description reaches its agent: the same however often it is sent. */
export function taskInputId(task: Pick<Task, 'metadata'>): string {
  return `task-${task.metadata.uid}`;
}

/** What is known of a Task's work, from its status, its session's events and its pod. */
export function readTaskWork(facts: {
  task: Task;
  session: SessionState | undefined;
  pod: TaskPod;
  refused?: { reason: string; message: string };
  aborting?: Aborting;
}): TaskWork {
  const { task, session, pod, refused, aborting } = facts;
  if (!task.status?.session?.id) return { state: 'NotBegun' };
  const outcome = session && outcomeOf(session);
  if (outcome) return { state: 'Ended', outcome };
  if (pod.state === 'Lost') return { state: 'Ended', outcome: pod.outcome };
  if (session?.turn?.outcome === 'running') {
    return {
      state: 'Working',
      startedAtMs: Date.parse(session.turn.startedAt),
      ...(aborting ? { aborting } : {}),
    };
  }
  if (refused)
    return { state: 'Ended', outcome: { outcome: 'failed', ...refused } };
  return {
    state: 'Begun',
    sinceMs: begunAtMs(task),
    ...(pod.trouble ? { trouble: pod.trouble } : {}),
    ...(aborting ? { aborting } : {}),
  };
}

function outcomeOf({
  turn,
  phase,
  error,
}: SessionState): TaskOutcome | undefined {
  if (turn && turn.outcome !== 'running') {
    return { outcome: turn.outcome, ...turn.error };
  }
  if (phase === 'Failed') return { outcome: 'failed', ...error };
  // A turn that runs in a session that ended otherwise has no end of its own any more.
  if (phase === 'Expired') return { outcome: 'cancelled', reason: 'TimedOut' };
  if (phase === 'Cancelled') return { outcome: 'cancelled', reason: 'Stopped' };
  if (isEnded({ phase })) return { outcome: 'completed' };
  return undefined;
}

/** When the Task was handed over: kept in a condition, so that a restart does not begin to count anew. */
function begunAtMs({ status, metadata }: Task): number {
  const left = status?.conditions?.find(
    ({ type, status: value }) => type === 'Queued' && value === 'False',
  );
  return Date.parse(
    left?.lastTransitionTime ?? metadata.creationTimestamp ?? '',
  );
}
