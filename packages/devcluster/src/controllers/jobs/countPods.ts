import type { Job, Pod } from '@greenroom/controller-runtime';
import { isActive } from '../pods/podFacts';

/** Keeps a finished pod from disappearing before it is counted. */
export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking';

/** How far a Job has come. */
export interface JobCounts {
  active: Pod[];
  /** All that succeeded and failed, counted or not. */
  succeeded: number;
  failed: number;
  /** What the status holds as numbers: of pods that may disappear now. */
  counted: { succeeded: number; failed: number };
  /** What the status holds by uid, until the pods' finalizers are gone. */
  uncounted: { succeeded: string[]; failed: string[] };
}

/**
 * Counts each pod exactly once, over restarts too. A finished pod's uid is written down first; then its finalizer is taken off; then, when the
 * pod bears none any more, its uid gives way to a number.
 */
export function countPods(job: Job, pods: readonly Pod[]): JobCounts {
  const { status = {} } = job;
  const before = status.uncountedTerminatedPods ?? {};
  const isTracked = new Set(
    pods
      .filter(({ metadata }) =>
        metadata.finalizers?.includes(TRACKING_FINALIZER),
      )
      .map(({ metadata }) => metadata.uid!),
  );
  const count = (
    noted: readonly string[],
    number: number,
    hasEnded: (pod: Pod) => boolean,
  ) => {
    const stillThere = noted.filter(uid => isTracked.has(uid));
    const ended = pods
      .filter(hasEnded)
      .map(({ metadata }) => metadata.uid!)
      .filter(uid => isTracked.has(uid) && !noted.includes(uid));
    return {
      counted: number + noted.length - stillThere.length,
      uncounted: [...stillThere, ...ended],
    };
  };
  const succeeded = count(
    before.succeeded ?? [],
    status.succeeded ?? 0,
    hasSucceeded,
  );
  const failed = count(before.failed ?? [], status.failed ?? 0, hasFailed);
  return {
    active: pods.filter(isActive),
    succeeded: succeeded.counted + succeeded.uncounted.length,
    failed: failed.counted + failed.uncounted.length,
    counted: { succeeded: succeeded.counted, failed: failed.counted },
    uncounted: { succeeded: succeeded.uncounted, failed: failed.uncounted },
  };
}

function hasSucceeded({ status }: Pod): boolean {
  return status?.phase === 'Succeeded';
}

/** One that is being deleted will not succeed any more, and is replaced at once. */
function hasFailed(pod: Pod): boolean {
  return (
    pod.status?.phase === 'Failed' ||
    (pod.metadata.deletionTimestamp !== undefined && !hasSucceeded(pod))
  );
}
