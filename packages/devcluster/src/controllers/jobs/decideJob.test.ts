import type { Job, Pod } from '@greenroom/controller-runtime';
import { TRACKING_FINALIZER } from './countPods';
import { decideJob } from './decideJob';

type JobSpec = NonNullable<Job['spec']>;

const now = Date.parse('2026-01-01T01:00:00Z');
const backOff = { baseMs: 1_000, maxMs: 60_000 };
const time = (secondsAgo: number) =>
  new Date(now - secondsAgo * 1000).toISOString().replace('.000', '');

const aJob = (spec: Partial<JobSpec>, status?: Job['status']): Job => ({
  metadata: { name: 'j', uid: 'j' },
  spec: {
    parallelism: 1,
    completions: 1,
    backoffLimit: 6,
    template: { spec: { restartPolicy: 'Never', containers: [] } },
    ...spec,
  },
  status,
});
const aPod = (
  uid: string,
  phase: string,
  options: { counted?: boolean; endedAgo?: number; restarts?: number } = {},
): Pod => ({
  metadata: {
    name: uid,
    uid,
    finalizers: options.counted ? [] : [TRACKING_FINALIZER],
  },
  status: {
    phase,
    containerStatuses: [
      {
        name: 'c',
        image: '',
        imageID: '',
        ready: false,
        restartCount: options.restarts ?? 0,
        state: {
          terminated: {
            exitCode: 1,
            finishedAt: time(options.endedAgo ?? 600),
          },
        },
      },
    ],
  },
});
const decide = (job: Job, pods: Pod[]) =>
  decideJob({ job, pods, backOff, now });
const conditionsOf = (job: Job, pods: Pod[]) =>
  decide(job, pods).status.conditions!.map(({ type, reason }) => [
    type,
    reason,
  ]);

describe('decideJob', () => {
  it('begins with as many pods as may run together', () => {
    const job = aJob({ completions: 5, parallelism: 2 });
    expect(decide(job, [])).toMatchObject({
      create: 2,
      delete: [],
      status: { startTime: time(0), active: 0 },
    });
  });

  it('never begins more than are missing', () => {
    const job = aJob({ completions: 3, parallelism: 3 });
    const pods = [aPod('a', 'Succeeded'), aPod('b', 'Running')];
    expect(decide(job, pods).create).toBe(1);
  });

  it('writes a finished pod down before it counts it', () => {
    const job = aJob({ completions: 2 });
    expect(decide(job, [aPod('a', 'Succeeded')]).status).toMatchObject({
      succeeded: 0,
      uncountedTerminatedPods: { succeeded: ['a'], failed: [] },
    });
  });

  it('counts it when its finalizer is off, whether it is still there or not', () => {
    const status = {
      uncountedTerminatedPods: { succeeded: ['a'] },
      succeeded: 1,
    };
    const counted = {
      succeeded: 2,
      uncountedTerminatedPods: { succeeded: [], failed: [] },
    };
    const job = aJob({ completions: 5 }, status);
    const still = [aPod('a', 'Succeeded', { counted: true })];
    expect(decide(job, still).status).toMatchObject(counted);
    expect(decide(job, []).status).toMatchObject(counted);
  });

  it('decides first, and is complete when everything is counted', () => {
    const job = aJob({});
    const pods = [aPod('a', 'Succeeded')];
    expect(conditionsOf(job, pods)).toEqual([
      ['SuccessCriteriaMet', 'CompletionsReached'],
    ]);
    const counted = aJob({}, { uncountedTerminatedPods: { succeeded: ['a'] } });
    const released = [aPod('a', 'Succeeded', { counted: true })];
    expect(conditionsOf(counted, released)).toEqual([
      ['SuccessCriteriaMet', 'CompletionsReached'],
      ['Complete', 'CompletionsReached'],
    ]);
    expect(decide(counted, released).status.completionTime).toBe(time(0));
  });

  it('replaces a failed pod after a delay that grows', () => {
    const status = { failed: 2 };
    const pods = [aPod('a', 'Failed', { counted: true, endedAgo: 1 })];
    expect(decide(aJob({}, status), pods)).toMatchObject({
      create: 0,
      revisitAt: now + 1_000,
    });
    const later = [aPod('a', 'Failed', { counted: true, endedAgo: 2 })];
    expect(decide(aJob({}, status), later).create).toBe(1);
  });

  it('fails when too many pods have', () => {
    const job = aJob({ backoffLimit: 1 }, { failed: 1 });
    const pods = [aPod('b', 'Failed'), aPod('c', 'Running')];
    const decision = decide(job, pods);
    expect(conditionsOf(job, pods)).toEqual([
      ['FailureTarget', 'BackoffLimitExceeded'],
    ]);
    expect(decision.delete.map(({ metadata }) => metadata.uid)).toEqual(['c']);
  });

  it('counts restarts in place against the limit', () => {
    const template = { spec: { restartPolicy: 'OnFailure', containers: [] } };
    const job = aJob({ backoffLimit: 2, template });
    const one = [aPod('a', 'Running', { restarts: 1 })];
    expect(conditionsOf(job, one)).toEqual([]);
    const two = [aPod('a', 'Running', { restarts: 2 })];
    expect(conditionsOf(job, two)).toEqual([
      ['FailureTarget', 'BackoffLimitExceeded'],
    ]);
  });

  it('fails when its time is over', () => {
    const spec = { activeDeadlineSeconds: 10 };
    const running = [aPod('a', 'Running')];
    const young = aJob(spec, { startTime: time(9) });
    expect(decide(young, running).revisitAt).toBe(now + 1_000);
    const old = aJob(spec, { startTime: time(10) });
    expect(conditionsOf(old, running)).toEqual([
      ['FailureTarget', 'DeadlineExceeded'],
    ]);
  });

  it('has no pods while it is suspended', () => {
    const job = aJob({ suspend: true });
    const decision = decide(job, [aPod('a', 'Running')]);
    expect(decision.delete).toHaveLength(1);
    expect(decision.create).toBe(0);
    expect(decision.status.startTime).toBeUndefined();
    expect(conditionsOf(job, [])).toEqual([['Suspended', 'JobSuspended']]);
  });

  it('without a number of completions one success is enough', () => {
    const job = aJob({ completions: undefined, parallelism: 2 });
    expect(decide(job, []).create).toBe(2);
    const half = [aPod('a', 'Succeeded'), aPod('b', 'Running')];
    expect(decide(job, half).create).toBe(0);
    expect(conditionsOf(job, half)).toEqual([]);
    const all = [aPod('a', 'Succeeded'), aPod('b', 'Succeeded')];
    expect(conditionsOf(job, all)).toEqual([
      ['SuccessCriteriaMet', 'CompletionsReached'],
    ]);
  });

  it('goes when its time after the end is over', () => {
    const status = {
      conditions: [
        { type: 'Complete', status: 'True', lastTransitionTime: time(5) },
      ],
    };
    expect(
      decide(aJob({ ttlSecondsAfterFinished: 6 }, status), []),
    ).toMatchObject({ expired: false, revisitAt: now + 1_000 });
    expect(
      decide(aJob({ ttlSecondsAfterFinished: 5 }, status), []).expired,
    ).toBe(true);
    expect(decide(aJob({}, status), []).expired).toBe(false);
  });
});
