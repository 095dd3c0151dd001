import type { Pod } from '@greenroom/controller-runtime';
import type { PodFacts } from '../environment/fieldValue';
import type { ContainerRecord } from './ContainerRecord';
import { containerStatus } from './containerStatus';
import { initPolicyOf, isSidecar, restartPolicyOf } from './decidePod';
import { podConditions } from './podConditions';
import type {
  Container,
  ContainerStatus,
  PodSpec,
  PodStatus,
} from './podParts';
import type { RestartBackOff } from './restartDelay';
import { timestamp } from './timestamp';

/** How a pod ended. */
export interface PodOutcome {
  phase: 'Succeeded' | 'Failed';
  reason?: string;
  message?: string;
}

/** What a pod's status is made from. */
export interface PodStatusSources {
  /** As the API server has it, with the status that is there. */
  pod: Pod;
  records: ReadonlyMap<string, ContainerRecord>;
  /** Absent until the pod has its address. */
  facts?: PodFacts;
  hostIP: string;
  startedAt: number;
  outcome?: PodOutcome;
  backOff: RestartBackOff;
  now: number;
}

/** The status a kubelet writes. Conditions of others, such as readiness gates, are not in it. */
export function podStatus(sources: PodStatusSources): PodStatus {
  const { pod, facts, outcome, startedAt, hostIP } = sources;
  const spec = pod.spec!;
  const isInitialized = hasInitialized(spec, sources.records);
  const statuses = (list: Container[] | undefined, waitingReason: string) =>
    (list ?? []).map(each => statusOf(each, waitingReason, sources));
  const initContainerStatuses = statuses(
    spec.initContainers,
    'PodInitializing',
  );
  const containerStatuses = statuses(
    spec.containers,
    isInitialized ? 'ContainerCreating' : 'PodInitializing',
  );
  return {
    phase: outcome?.phase ?? phaseOf(isInitialized, containerStatuses),
    ...(outcome?.reason ? { reason: outcome.reason } : {}),
    ...(outcome?.message ? { message: outcome.message } : {}),
    conditions: podConditions({
      ...sources,
      hasNetwork: facts !== undefined,
      isInitialized,
      initContainerStatuses,
      containerStatuses,
    }),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(facts ? { podIP: facts.podIP, podIPs: [{ ip: facts.podIP }] } : {}),
    startTime: timestamp(startedAt),
    ...(spec.initContainers?.length ? { initContainerStatuses } : {}),
    containerStatuses,
  };
}

/** Whether all init containers have done their part. */
export function hasInitialized(
  spec: PodSpec,
  records: ReadonlyMap<string, ContainerRecord>,
): boolean {
  // Once a main container has been started, that stays true.
  const isPast = spec.containers.some(
    ({ name }) => records.get(name)!.state.is !== 'created',
  );
  if (isPast) return true;
  return (spec.initContainers ?? []).every(container => {
    const { state } = records.get(container.name)!;
    return isSidecar(container)
      ? state.is === 'running' && state.isStarted
      : state.is === 'ended' && state.run.exitCode === 0;
  });
}

function statusOf(
  container: Container,
  waitingReason: string,
  { pod, records, backOff }: PodStatusSources,
): ContainerStatus {
  const { name, namespace, uid } = pod.metadata;
  const spec = pod.spec!;
  const isInit = spec.initContainers?.includes(container) ?? false;
  const runsOnce = isInit && !isSidecar(container);
  let policy = restartPolicyOf(spec);
  if (isInit) policy = runsOnce ? initPolicyOf(spec) : 'Always';
  return containerStatus(container, records.get(container.name)!, {
    policy,
    waitingReason,
    backOff,
    podLabel: `${name}_${namespace}(${uid})`,
    runsOnce,
  });
}

function phaseOf(
  isInitialized: boolean,
  statuses: readonly ContainerStatus[],
): string {
  if (!isInitialized) return 'Pending';
  // One that waits to be started again has been running before.
  const isNew = (status: ContainerStatus) =>
    status.state?.waiting && !status.lastState?.terminated;
  return statuses.some(isNew) ? 'Pending' : 'Running';
}
