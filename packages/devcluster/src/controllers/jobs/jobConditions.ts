import type { Job } from '@greenroom/controller-runtime';

type Condition = NonNullable<NonNullable<Job['status']>['conditions']>[number];

/** That a Job's end is decided, and why. */
export interface JobVerdict {
  isSuccess: boolean;
  reason: string;
  message: string;
}

/** The conditions of a Job that has not ended before: first why it ends, and when all its pods have ended, that it has. */
export function jobConditions(options: {
  before: readonly Condition[];
  verdict: JobVerdict | undefined;
  isSettled: boolean;
  isSuspended: boolean;
  time: string;
}): Condition[] {
  const { before, verdict, isSettled, isSuspended, time } = options;
  const conditions = [...before];
  const set = (
    type: string,
    status: 'True' | 'False',
    reason: string,
    message: string,
  ) => {
    const at = conditions.findIndex(condition => condition.type === type);
    if (at >= 0 && conditions[at].status === status) return;
    const condition = {
      type,
      status,
      lastProbeTime: time,
      lastTransitionTime: time,
      reason,
      message,
    };
    if (at >= 0) conditions[at] = condition;
    else conditions.push(condition);
  };
  const wasSuspended = before.some(({ type }) => type === 'Suspended');
  if (isSuspended) set('Suspended', 'True', 'JobSuspended', 'Job suspended');
  else if (wasSuspended) {
    set('Suspended', 'False', 'JobResumed', 'Job resumed');
  }
  if (verdict) {
    const { isSuccess, reason, message } = verdict;
    set(
      isSuccess ? 'SuccessCriteriaMet' : 'FailureTarget',
      'True',
      reason,
      message,
    );
    if (isSettled) {
      set(isSuccess ? 'Complete' : 'Failed', 'True', reason, message);
    }
  }
  return conditions;
}
