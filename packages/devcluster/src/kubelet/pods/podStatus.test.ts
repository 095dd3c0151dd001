import type { Pod } from '@greenroom/controller-runtime';
import { newContainerRecord, type ContainerRecord } from './ContainerRecord';
import { podStatus, type PodOutcome } from './podStatus';

const startedAt = Date.parse('2026-01-01T00:00:00Z');
const now = startedAt + 60_000;
const facts = { podIP: '127.40.0.1', hostIP: '127.0.0.1' };

const aPod = (changes: Partial<Pod> = {}): Pod => ({
  metadata: { name: 'p', namespace: 'n', uid: 'u' },
  spec: {
    initContainers: [{ name: 'i', image: 'x' }],
    containers: [{ name: 'a', image: 'x' }],
  },
  ...changes,
});
const records = (states: Record<string, Partial<ContainerRecord>>) =>
  new Map(
    ['i', 'a'].map(name => [
      name,
      { ...newContainerRecord(name), ...states[name] },
    ]),
  );
const running = (
  changes: Partial<ContainerRecord['state'] & { is: 'running' }> = {},
): Pick<ContainerRecord, 'state'> => ({
  state: {
    is: 'running',
    startedAt,
    containerId: 'id',
    isStarted: true,
    isReady: true,
    isStopping: false,
    ...changes,
  },
});
const ended = (exitCode: number, finishedAt = now) => ({
  state: {
    is: 'ended' as const,
    run: {
      exitCode,
      reason: exitCode ? 'Error' : 'Completed',
      finishedAt,
      startedAt,
    },
  },
});
const status = (
  states: Record<string, Partial<ContainerRecord>>,
  options: { pod?: Pod; outcome?: PodOutcome; withoutNetwork?: boolean } = {},
) =>
  podStatus({
    pod: options.pod ?? aPod(),
    records: records(states),
    facts: options.withoutNetwork ? undefined : facts,
    hostIP: facts.hostIP,
    startedAt,
    outcome: options.outcome,
    backOff: { baseMs: 1000, maxMs: 30_000 },
    now,
  });
const conditionsOf = ({ conditions }: ReturnType<typeof status>) =>
  Object.fromEntries(
    conditions!.map(({ type, status: value, reason }) => [
      type,
      reason ? `${value} ${reason}` : value,
    ]),
  );

describe('podStatus', () => {
  it('a new pod is Pending and waits for its init container', () => {
    const result = status({}, { withoutNetwork: true });
    expect(result.phase).toBe('Pending');
    expect(result.podIP).toBeUndefined();
    expect(conditionsOf(result)).toEqual({
      PodReadyToStartContainers: 'False',
      Initialized: 'False ContainersNotInitialized',
      Ready: 'False ContainersNotReady',
      ContainersReady: 'False ContainersNotReady',
      PodScheduled: 'True',
    });
    expect(result.containerStatuses![0].state).toEqual({
      waiting: { reason: 'PodInitializing' },
    });
  });

  it('a running pod has addresses and is Ready', () => {
    const result = status({ i: ended(0), a: running() });
    expect(result).toMatchObject({
      phase: 'Running',
      podIP: '127.40.0.1',
      podIPs: [{ ip: '127.40.0.1' }],
      hostIP: '127.0.0.1',
      startTime: '2026-01-01T00:00:00Z',
    });
    expect(conditionsOf(result)).toEqual({
      PodReadyToStartContainers: 'True',
      Initialized: 'True',
      Ready: 'True',
      ContainersReady: 'True',
      PodScheduled: 'True',
    });
    expect(result.initContainerStatuses![0]).toMatchObject({
      ready: true,
      started: false,
    });
    expect(result.containerStatuses![0]).toMatchObject({
      ready: true,
      started: true,
      containerID: 'process://id',
      state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
    });
  });

  it('a probe that fails takes Ready away and names the container', () => {
    const result = status({ i: ended(0), a: running({ isReady: false }) });
    expect(conditionsOf(result)).toMatchObject({
      Ready: 'False ContainersNotReady',
    });
    expect(
      result.conditions!.find(({ type }) => type === 'Ready')!.message,
    ).toBe('containers with unready status: [a]');
  });

  it('a readiness gate of somebody else holds Ready back', () => {
    const pod = aPod();
    pod.spec!.readinessGates = [{ conditionType: 'x/gate' }];
    const states = { i: ended(0), a: running() };
    expect(conditionsOf(status(states, { pod }))).toMatchObject({
      ContainersReady: 'True',
      Ready: 'False ReadinessGatesNotReady',
    });
    pod.status = { conditions: [{ type: 'x/gate', status: 'True' }] };
    expect(conditionsOf(status(states, { pod }))).toMatchObject({
      Ready: 'True',
    });
  });

  it('a crashing container waits in back-off while the pod is Running', () => {
    const result = status({ i: ended(0), a: { ...ended(1), failures: 3 } });
    expect(result.phase).toBe('Running');
    expect(result.containerStatuses![0].state).toEqual({
      waiting: {
        reason: 'CrashLoopBackOff',
        message: 'back-off 2s restarting failed container=a pod=p_n(u)',
      },
    });
    expect(result.containerStatuses![0].lastState!.terminated).toMatchObject({
      exitCode: 1,
      reason: 'Error',
      finishedAt: '2026-01-01T00:01:00Z',
    });
  });

  it('what keeps a container from being made is said', () => {
    const state = {
      is: 'blocked' as const,
      reason: 'ErrImagePull',
      message: 'no such image',
      attempts: 1,
      retryAt: 0,
    };
    const result = status({ i: { state } });
    expect(result.phase).toBe('Pending');
    expect(result.initContainerStatuses![0].state).toEqual({
      waiting: { reason: 'ErrImagePull', message: 'no such image' },
    });
  });

  it('a finished pod says how it ended', () => {
    const done = status(
      { i: ended(0), a: ended(0) },
      { outcome: { phase: 'Succeeded' } },
    );
    expect(done.phase).toBe('Succeeded');
    expect(conditionsOf(done)).toMatchObject({
      Initialized: 'True PodCompleted',
      Ready: 'False PodCompleted',
    });
    const late = status(
      { i: ended(0), a: ended(137) },
      {
        outcome: { phase: 'Failed', reason: 'DeadlineExceeded', message: 'm' },
      },
    );
    expect(late).toMatchObject({
      phase: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'm',
    });
    expect(conditionsOf(late)).toMatchObject({ Ready: 'False PodFailed' });
  });

  it('a condition that stays as it was keeps its time', () => {
    const lastTransitionTime = '2025-01-01T00:00:00Z';
    const pod = aPod({
      status: {
        conditions: [
          { type: 'Initialized', status: 'True', lastTransitionTime },
          { type: 'Ready', status: 'False', lastTransitionTime },
        ],
      },
    });
    const { conditions } = status({ i: ended(0), a: running() }, { pod });
    const times = Object.fromEntries(
      conditions!.map(each => [each.type, each.lastTransitionTime]),
    );
    expect(times).toMatchObject({
      Initialized: lastTransitionTime,
      Ready: '2026-01-01T00:01:00Z',
    });
  });
});
