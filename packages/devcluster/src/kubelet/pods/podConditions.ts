import type { Pod } from '@greenroom/controller-runtime';
import type { ContainerRecord } from './ContainerRecord';
import { isSidecar } from './decidePod';
import type { ContainerStatus, PodCondition } from './podParts';
import type { PodOutcome } from './podStatus';
import { timestamp } from './timestamp';

/** What a pod's conditions follow from. */
export interface PodConditionSources {
  pod: Pod;
  records: ReadonlyMap<string, ContainerRecord>;
  hasNetwork: boolean;
  isInitialized: boolean;
  initContainerStatuses: readonly ContainerStatus[];
  containerStatuses: readonly ContainerStatus[];
  outcome?: PodOutcome;
  now: number;
}

interface Verdict {
  type: string;
  status: 'True' | 'False';
  reason?: string;
  message?: string;
}

/** The conditions a kubelet writes, in its order. A condition that stays as it was keeps its time. */
export function podConditions(sources: PodConditionSources): PodCondition[] {
  const before = sources.pod.status?.conditions ?? [];
  const verdicts: Verdict[] = [
    {
      type: 'PodReadyToStartContainers',
      status: sources.hasNetwork && !sources.outcome ? 'True' : 'False',
    },
    initialized(sources),
    ready(sources),
    containersReady(sources),
    { type: 'PodScheduled', status: 'True' },
  ];
  return verdicts.map(verdict => {
    const old = before.find(({ type }) => type === verdict.type);
    const isSame = old?.status === verdict.status;
    return {
      ...verdict,
      lastTransitionTime:
        (isSame && old.lastTransitionTime) || timestamp(sources.now),
    };
  });
}

function initialized({
  isInitialized,
  initContainerStatuses,
  outcome,
}: PodConditionSources): Verdict {
  const type = 'Initialized';
  if (outcome?.phase === 'Succeeded') {
    return { type, status: 'True', reason: 'PodCompleted' };
  }
  if (isInitialized) return { type, status: 'True' };
  const names = initContainerStatuses
    .filter(({ ready: isReady }) => !isReady)
    .map(({ name }) => name);
  return {
    type,
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: [${names.join(' ')}]`,
  };
}

function containersReady(sources: PodConditionSources): Verdict {
  const type = 'ContainersReady';
  const { outcome } = sources;
  if (outcome) {
    const reason = outcome.phase === 'Succeeded' ? 'PodCompleted' : 'PodFailed';
    return { type, status: 'False', reason };
  }
  const names = unreadyContainers(sources);
  if (!names.length) return { type, status: 'True' };
  return {
    type,
    status: 'False',
    reason: 'ContainersNotReady',
    message: `containers with unready status: [${names.join(' ')}]`,
  };
}

function ready(sources: PodConditionSources): Verdict {
  const verdict = { ...containersReady(sources), type: 'Ready' };
  if (verdict.status === 'False') return verdict;
  const { conditions = [] } = sources.pod.status ?? {};
  const closed = (sources.pod.spec?.readinessGates ?? []).filter(
    gate =>
      !conditions.some(
        ({ type, status }) => type === gate.conditionType && status === 'True',
      ),
  );
  if (!closed.length) return verdict;
  const names = closed.map(({ conditionType }) => `"${conditionType}"`);
  return {
    type: 'Ready',
    status: 'False',
    reason: 'ReadinessGatesNotReady',
    message: `the status of pod readiness gate ${names.join(
      ', ',
    )} is not "True"`,
  };
}

function unreadyContainers(sources: PodConditionSources): string[] {
  const sidecars = (sources.pod.spec?.initContainers ?? [])
    .filter(isSidecar)
    .map(({ name }) => name);
  return [
    ...sources.initContainerStatuses.filter(({ name }) =>
      sidecars.includes(name),
    ),
    ...sources.containerStatuses,
  ]
    .filter(({ ready: isReady }) => !isReady)
    .map(({ name }) => name);
}
