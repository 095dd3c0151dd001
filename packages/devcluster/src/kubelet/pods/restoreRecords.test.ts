import type { Pod } from '@greenroom/controller-runtime';
import type { PodStatus } from './podParts';
import { restoreRecords } from './restoreRecords';

const now = Date.parse('2026-01-01T00:10:00Z');
const startedAt = '2026-01-01T00:00:00Z';
const base = { image: '', imageID: '', ready: false };
const running = { running: { startedAt } };
const ended = (exitCode: number) => ({
  terminated: {
    exitCode,
    reason: exitCode ? 'Error' : 'Completed',
    startedAt,
    finishedAt: '2026-01-01T00:01:00Z',
    containerID: 'process://id',
  },
});

const aPod = (restartPolicy: string, status?: Partial<PodStatus>): Pod => ({
  metadata: { name: 'p' },
  spec: {
    restartPolicy,
    initContainers: [{ name: 'i' }, { name: 's', restartPolicy: 'Always' }],
    containers: [{ name: 'a' }],
  },
  status,
});
const withStates = (restartPolicy: string, states: Record<string, object>) => {
  const statuses = (names: string[]) =>
    names
      .filter(name => states[name])
      .map(name => ({ ...base, name, restartCount: 2, state: states[name] }));
  return aPod(restartPolicy, {
    initContainerStatuses: statuses(['i', 's']),
    containerStatuses: statuses(['a']),
  });
};
const shapeOf = (pod: Pod) =>
  Object.fromEntries(
    [...restoreRecords(pod, now)].map(([name, { state, restartCount }]) => [
      name,
      state.is === 'ended'
        ? [state.run.reason, state.run.exitCode, restartCount]
        : [state.is, restartCount],
    ]),
  );

describe('restoreRecords', () => {
  it('a new pod has containers that never started', () => {
    expect(shapeOf(aPod('Always'))).toEqual({
      i: ['created', 0],
      s: ['created', 0],
      a: ['created', 0],
    });
  });

  it('what ran is lost, and a pod that restarts begins anew', () => {
    const pod = withStates('Always', { i: ended(0), s: running, a: running });
    expect(shapeOf(pod)).toEqual({
      i: ['created', 3],
      s: ['created', 3],
      a: ['created', 3],
    });
    const { lastRun } = restoreRecords(pod, now).get('a')!;
    expect(lastRun).toMatchObject({
      exitCode: 137,
      reason: 'ContainerStatusUnknown',
      startedAt: Date.parse(startedAt),
      finishedAt: now,
    });
  });

  it('a pod that never restarts has lost what ran', () => {
    const pod = withStates('Never', { i: ended(0), s: running, a: running });
    expect(shapeOf(pod)).toEqual({
      i: ['Completed', 0, 2],
      s: ['created', 3],
      a: ['ContainerStatusUnknown', 137, 2],
    });
  });

  it('what has ended well stays so', () => {
    const pod = withStates('OnFailure', { i: ended(0), a: ended(0) });
    expect(shapeOf(pod)).toMatchObject({ a: ['Completed', 0, 2] });
  });

  it('what waited to be started again does so', () => {
    const waiting = { waiting: { reason: 'CrashLoopBackOff' } };
    const pod = aPod('Never', {
      containerStatuses: [
        {
          ...base,
          name: 'a',
          restartCount: 4,
          state: waiting,
          lastState: ended(1),
        },
      ],
    });
    expect(shapeOf(pod)).toMatchObject({ a: ['Error', 1, 4] });
  });
});
