import type { Job, Pod } from '@greenroom/controller-runtime';
import { isFinished, readySince } from '../pods/podFacts';
import { countPods, type JobCounts } from './countPods';
import { jobConditions, type JobVerdict } from './jobConditions';

type JobStatus = NonNullable<Job['status']>;

export interface JobSnapshot {
  job: Job;
  /** All pods it controls. */
  pods: readonly Pod[];
  /** Delay before a failed pod is replaced, doubled with every failure. */
  backOff: { baseMs: number; maxMs: number };
  now: number;
}

export interface JobDecision {
  create: number;
  delete: Pod[];
  status: JobStatus;
  /** When time alone changes something, in milliseconds since the epoch. */
  revisitAt?: number;
  /** Its time after the end is over. */
  expired: boolean;
}

/** Kubernetes' default. */
const DEFAULT_BACKOFF_LIMIT = 6;

/** Which pods a Job needs or does not, and what its status says. */
export function decideJob(snapshot: JobSnapshot): JobDecision {
  const { job, pods, now } = snapshot;
  const counts = countPods(job, pods);
  const idle = { create: 0, delete: [], expired: false };
  if (jobOutcome(job)) {
    const expiry = expiresAt(job);
    return {
      ...idle,
      status: statusOf(snapshot, counts, undefined),
      revisitAt: expiry,
      expired: expiry !== undefined && now >= expiry,
    };
  }
  const verdict = judge(snapshot, counts);
  const status = statusOf(snapshot, counts, verdict);
  if (job.metadata.deletionTimestamp) return { ...idle, status };
  if (verdict || job.spec?.suspend) {
    return { ...idle, status, delete: counts.active };
  }
  const missing = wantedActive(job, counts) - counts.active.length;
  const notBefore = replacementAt(snapshot, counts);
  const mayCreate = missing <= 0 || notBefore <= now;
  const times = [deadlineOf(job, now), mayCreate ? undefined : notBefore];
  const later = times.filter(at => at !== undefined);
  return {
    create: mayCreate ? Math.max(0, missing) : 0,
    delete: missing < 0 ? youngest(counts.active).slice(0, -missing) : [],
    status,
    revisitAt: later.length ? Math.min(...later) : undefined,
    expired: false,
  };
}

/** How a Job has ended. */
export function jobOutcome({ status }: Job): 'Complete' | 'Failed' | undefined {
  const ended = status?.conditions?.find(
    ({ type, status: value }) =>
      (type === 'Complete' || type === 'Failed') && value === 'True',
  );
  return ended?.type as 'Complete' | 'Failed' | undefined;
}

/** Whether the Job's end is decided, and why. */
function judge(
  { job, now }: JobSnapshot,
  counts: JobCounts,
): JobVerdict | undefined {
  const decided = job.status?.conditions?.find(
    ({ type, status }) =>
      (type === 'SuccessCriteriaMet' || type === 'FailureTarget') &&
      status === 'True',
  );
  if (decided) {
    return {
      isSuccess: decided.type === 'SuccessCriteriaMet',
      reason: decided.reason ?? '',
      message: decided.message ?? '',
    };
  }
  const {
    completions,
    backoffLimit = DEFAULT_BACKOFF_LIMIT,
    suspend,
  } = job.spec ?? {};
  if (exceedsBackoffLimit(job, counts, backoffLimit)) {
    return {
      isSuccess: false,
      reason: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
    };
  }
  const deadline = deadlineOf(job, now);
  if (!suspend && deadline !== undefined && now >= deadline) {
    return {
      isSuccess: false,
      reason: 'DeadlineExceeded',
      message: 'Job was active longer than specified deadline',
    };
  }
  const isDone =
    completions === undefined
      ? counts.succeeded > 0 && counts.active.length === 0
      : counts.succeeded >= completions;
  return isDone
    ? {
        isSuccess: true,
        reason: 'CompletionsReached',
        message: 'Reached expected number of succeeded pods',
      }
    : undefined;
}

function exceedsBackoffLimit(
  { spec }: Job,
  { failed, active }: JobCounts,
  limit: number,
): boolean {
  if (failed > limit) return true;
  // Containers that are restarted in place count too.
  if (spec?.template.spec?.restartPolicy !== 'OnFailure') return false;
  const restarts = active
    .flatMap(({ status }) => [
      ...(status?.initContainerStatuses ?? []),
      ...(status?.containerStatuses ?? []),
    ])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

function wantedActive({ spec }: Job, counts: JobCounts): number {
  const { parallelism = 1, completions } = spec ?? {};
  if (completions !== undefined) {
    return Math.min(parallelism, completions - counts.succeeded);
  }
  // Without a number, the first success means that the work is done: the others finish.
  return counts.succeeded > 0 ? counts.active.length : parallelism;
}

/** When a failed pod may be replaced. */
function replacementAt(
  { backOff, pods }: JobSnapshot,
  { failed }: JobCounts,
): number {
  if (failed === 0) return 0;
  const ends = pods
    .filter(({ status }) => status?.phase === 'Failed')
    .flatMap(({ status }) => status?.containerStatuses ?? [])
    .map(({ state }) => Date.parse(state?.terminated?.finishedAt ?? ''))
    .filter(at => !Number.isNaN(at));
  const delay = backOff.baseMs * 2 ** Math.min(failed - 1, 30);
  return Math.max(0, ...ends) + Math.min(delay, backOff.maxMs);
}

function deadlineOf({ spec, status }: Job, now: number): number | undefined {
  const { activeDeadlineSeconds } = spec ?? {};
  if (activeDeadlineSeconds === undefined) return undefined;
  const start = Date.parse(status?.startTime ?? '') || now;
  return start + activeDeadlineSeconds * 1000;
}

function expiresAt({ spec, status }: Job): number | undefined {
  const { ttlSecondsAfterFinished } = spec ?? {};
  if (ttlSecondsAfterFinished === undefined) return undefined;
  const end = status?.conditions?.find(
    ({ type }) => type === 'Complete' || type === 'Failed',
  )?.lastTransitionTime;
  return Date.parse(end ?? '') + ttlSecondsAfterFinished * 1000;
}

function youngest(pods: readonly Pod[]): Pod[] {
  return [...pods].sort((a, b) =>
    (b.metadata.creationTimestamp ?? '').localeCompare(
      a.metadata.creationTimestamp ?? '',
    ),
  );
}

function statusOf(
  { job, pods, now }: JobSnapshot,
  counts: JobCounts,
  verdict: JobVerdict | undefined,
): JobStatus {
  const before = job.status ?? {};
  const isOver = jobOutcome(job) !== undefined;
  const terminating = pods.filter(
    pod => pod.metadata.deletionTimestamp && !isFinished(pod),
  ).length;
  // The last word is spoken when every pod has ended and is counted.
  const isSettled =
    !counts.active.length &&
    !terminating &&
    !counts.uncounted.succeeded.length &&
    !counts.uncounted.failed.length;
  const time = new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
  const isSuspended = job.spec?.suspend ?? false;
  const completesNow = verdict?.isSuccess && isSettled;
  return {
    ...(isSuspended ? {} : { startTime: before.startTime ?? time }),
    active: counts.active.length,
    ready: counts.active.filter(pod => readySince(pod) !== undefined).length,
    terminating,
    succeeded: counts.counted.succeeded,
    failed: counts.counted.failed,
    uncountedTerminatedPods: counts.uncounted,
    ...(before.completionTime || completesNow
      ? { completionTime: before.completionTime ?? time }
      : {}),
    conditions: isOver
      ? before.conditions ?? []
      : jobConditions({
          before: before.conditions ?? [],
          verdict,
          isSettled,
          isSuspended,
          time,
        }),
  };
}
