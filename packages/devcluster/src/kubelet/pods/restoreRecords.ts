import type { Pod } from '@greenroom/controller-runtime';
import {
  newContainerRecord,
  type ContainerRecord,
  type ContainerState,
  type EndedRun,
} from './ContainerRecord';
import { hasEndedForGood, isSidecar, restartPolicyOf } from './decidePod';
import type { Container, ContainerStatus } from './podParts';

type Terminated = NonNullable<
  NonNullable<ContainerStatus['state']>['terminated']
>;

/** What a kubelet reports of a container that was lost with its node. */
const LOST = {
  exitCode: 137,
  reason: 'ContainerStatusUnknown',
  message:
    'The container could not be located when the pod was started again: the node was restarted',
};

/**
 * What is known about a pod's containers when the kubelet meets the pod. A new pod has none; of one that ran here before, everything that
 * ran is lost, as after a node's reboot: init containers run again, the others as the restart policy says.
 */
export function restoreRecords(
  pod: Pod,
  now: number,
): Map<string, ContainerRecord> {
  const { containers, initContainers = [] } = pod.spec!;
  const policy = restartPolicyOf(pod.spec!);
  const { containerStatuses = [], initContainerStatuses = [] } =
    pod.status ?? {};
  const isRepeated = policy !== 'Never';
  const records = new Map<string, ContainerRecord>();
  for (const container of initContainers) {
    const record = restore(container, initContainerStatuses, now);
    const runsAgain = isSidecar(container) || isRepeated;
    records.set(container.name, runsAgain ? asNew(record) : record);
  }
  for (const container of containers) {
    const record = restore(container, containerStatuses, now);
    const runsAgain = isRepeated && !hasEndedForGood(record, policy);
    records.set(container.name, runsAgain ? asNew(record) : record);
  }
  return records;
}

/** It is to run again as if for the first time, but what is known about its past is kept. */
function asNew(record: ContainerRecord): ContainerRecord {
  if (record.state.is !== 'ended') return record;
  return {
    ...record,
    state: { is: 'created' },
    restartCount: record.restartCount + 1,
    lastRun: record.state.run,
  };
}

function restore(
  container: Container,
  statuses: readonly ContainerStatus[],
  now: number,
): ContainerRecord {
  const record = newContainerRecord(container.name);
  const status = statuses.find(({ name }) => name === container.name);
  if (!status) return record;
  const last = status.lastState?.terminated;
  return {
    ...record,
    restartCount: status.restartCount,
    lastRun: last && endedRun(last),
    state: restoredState(status, now),
  };
}

function restoredState(status: ContainerStatus, now: number): ContainerState {
  const { running, terminated } = status.state ?? {};
  if (terminated) return { is: 'ended', run: endedRun(terminated) };
  const last = status.lastState?.terminated;
  if (running) {
    const startedAt = Date.parse(running.startedAt ?? '') || now;
    return { is: 'ended', run: { ...LOST, startedAt, finishedAt: now } };
  }
  // It waited to be started again.
  return last ? { is: 'ended', run: endedRun(last) } : { is: 'created' };
}

function endedRun(terminated: Terminated): EndedRun {
  const { exitCode, signal, reason = 'Error', message } = terminated;
  return {
    exitCode,
    signal,
    reason,
    message,
    startedAt: Date.parse(terminated.startedAt ?? '') || undefined,
    finishedAt: Date.parse(terminated.finishedAt ?? '') || 0,
    containerId: terminated.containerID?.replace(/^process:\/\//, ''),
  };
}
