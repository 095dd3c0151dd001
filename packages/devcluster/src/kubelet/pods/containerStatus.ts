import type { ContainerRecord, EndedRun } from './ContainerRecord';
import { hasEndedForGood, type RestartPolicy } from './decidePod';
import type { Container, ContainerStatus } from './podParts';
import { restartDelay, type RestartBackOff } from './restartDelay';
import { timestamp } from './timestamp';

/** What a container's status depends on besides its record. */
export interface ContainerStatusContext {
  policy: RestartPolicy;
  /** Shown of a container that waits for its turn: `PodInitializing` or `ContainerCreating`. */
  waitingReason: string;
  backOff: RestartBackOff;
  /** `<pod>_<namespace>(<uid>)`, as kubelets name a pod in messages. */
  podLabel: string;
  /** An init container that runs once: it is ready when it has succeeded. */
  runsOnce: boolean;
}

/** The status of one container, as a kubelet writes it. */
export function containerStatus(
  container: Container,
  record: ContainerRecord,
  context: ContainerStatusContext,
): ContainerStatus {
  const { state } = record;
  const isRunning = state.is === 'running';
  const hasSucceeded = state.is === 'ended' && state.run.exitCode === 0;
  return {
    name: container.name,
    image: container.image ?? '',
    imageID: '',
    containerID: containerIdOf(record),
    ready: context.runsOnce
      ? hasSucceeded
      : isRunning && state.isStarted && state.isReady,
    started: isRunning && state.isStarted && !context.runsOnce,
    restartCount: record.restartCount,
    ...presentAndPast(record, context),
  };
}

type States = Pick<ContainerStatus, 'state' | 'lastState'>;

function presentAndPast(
  record: ContainerRecord,
  context: ContainerStatusContext,
): States {
  const { state, lastRun } = record;
  const lastState = lastRun ? { terminated: terminated(lastRun) } : {};
  switch (state.is) {
    case 'created':
    case 'starting':
      return {
        state: { waiting: { reason: context.waitingReason } },
        lastState,
      };
    case 'blocked': {
      const { reason, message } = state;
      return { state: { waiting: { reason, message } }, lastState };
    }
    case 'running':
      return {
        state: { running: { startedAt: timestamp(state.startedAt) } },
        lastState,
      };
    case 'ended':
      return hasEndedForGood(record, context.policy) ||
        restartDelay(record.failures, context.backOff) === 0
        ? { state: { terminated: terminated(state.run) }, lastState }
        : crashLoop(record, state.run, context);
    default:
      return state satisfies never;
  }
}

function crashLoop(
  record: ContainerRecord,
  run: EndedRun,
  { backOff, podLabel }: ContainerStatusContext,
): States {
  const delay = restartDelay(record.failures, backOff) / 1000;
  const message = `back-off ${delay}s restarting failed container=${record.name} pod=${podLabel}`;
  return {
    state: { waiting: { reason: 'CrashLoopBackOff', message } },
    lastState: { terminated: terminated(run) },
  };
}

function terminated(run: EndedRun) {
  return {
    exitCode: run.exitCode,
    ...(run.signal === undefined ? {} : { signal: run.signal }),
    reason: run.reason,
    ...(run.message === undefined ? {} : { message: run.message }),
    startedAt: timestamp(run.startedAt ?? run.finishedAt),
    finishedAt: timestamp(run.finishedAt),
    ...(run.containerId === undefined
      ? {}
      : { containerID: containerUrl(run.containerId) }),
  };
}

function containerIdOf({ state, lastRun }: ContainerRecord): string {
  if (state.is === 'running') return containerUrl(state.containerId);
  const run = state.is === 'ended' ? state.run : lastRun;
  return run?.containerId ? containerUrl(run.containerId) : '';
}

/** The runtime's name and the container's id, as `containerd://…` on a real node. */
function containerUrl(id: string): string {
  return `process://${id}`;
}
