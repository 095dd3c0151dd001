import type { Deployment, ReplicaSet } from '@greenroom/controller-runtime';
import { rolloutBounds } from './planRollout';

type DeploymentStatus = NonNullable<Deployment['status']>;
type Condition = NonNullable<DeploymentStatus['conditions']>[number];

export interface DeploymentStatusSources {
  deployment: Deployment;
  newReplicaSet?: ReplicaSet;
  oldReplicaSets: readonly ReplicaSet[];
  /** What was just done, if it is worth telling. */
  progress?: 'created' | 'found';
  now: number;
}

interface Verdict {
  type: string;
  status: 'True' | 'False';
  reason: string;
  message: string;
}

/** How long a rollout may stand still before it is called failed, unless the Deployment says otherwise. */
const DEFAULT_DEADLINE_S = 600;

/** Counts and conditions, as `kubectl rollout status` reads them. */
export function deploymentStatus(
  sources: DeploymentStatusSources,
): DeploymentStatus {
  const { deployment, newReplicaSet, oldReplicaSets } = sources;
  const all = [...oldReplicaSets, ...(newReplicaSet ? [newReplicaSet] : [])];
  const total = (field: 'replicas' | 'readyReplicas' | 'availableReplicas') =>
    all.reduce((count, { status }) => count + (status?.[field] ?? 0), 0);
  const wanted = all.reduce(
    (count, { spec }) => count + (spec?.replicas ?? 1),
    0,
  );
  const counts = {
    replicas: total('replicas'),
    updatedReplicas: newReplicaSet?.status?.replicas ?? 0,
    readyReplicas: total('readyReplicas'),
    availableReplicas: total('availableReplicas'),
    unavailableReplicas: Math.max(0, wanted - total('availableReplicas')),
  };
  const { collisionCount } = deployment.status ?? {};
  return {
    observedGeneration: deployment.metadata.generation,
    ...counts,
    ...(collisionCount ? { collisionCount } : {}),
    conditions: conditionsOf(sources, counts),
  };
}

/** When a rollout that stands still will have failed, in milliseconds since the epoch. */
export function progressDeadline(
  deployment: Deployment,
  status: DeploymentStatus,
): number | undefined {
  if (isComplete(deployment, status) || deployment.spec?.paused)
    return undefined;
  const progressing = status.conditions?.find(isProgressing);
  if (!progressing || progressing.status === 'False') return undefined;
  return deadlineAfter(deployment, progressing);
}

function conditionsOf(
  sources: DeploymentStatusSources,
  counts: DeploymentStatus,
): Condition[] {
  const { deployment, newReplicaSet, oldReplicaSets, now } = sources;
  const before = deployment.status?.conditions ?? [];
  const time = new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
  const merge = (verdict: Verdict): Condition => {
    const old = before.find(({ type }) => type === verdict.type);
    const isSame =
      old?.status === verdict.status &&
      old.reason === verdict.reason &&
      old.message === verdict.message &&
      !(verdict.type === 'Progressing' && hasMoved(deployment, counts));
    if (isSame) return old;
    return {
      ...verdict,
      lastUpdateTime: time,
      lastTransitionTime:
        (old?.status === verdict.status && old.lastTransitionTime) || time,
    };
  };
  const failure = [newReplicaSet, ...oldReplicaSets]
    .flatMap(set => set?.status?.conditions ?? [])
    .find(({ type, status }) => type === 'ReplicaFailure' && status === 'True');
  const verdicts = [
    availability(deployment, counts),
    progress(sources, counts, before.find(isProgressing)),
    failure && {
      type: 'ReplicaFailure',
      status: 'True' as const,
      reason: failure.reason ?? 'FailedCreate',
      message: failure.message ?? '',
    },
  ];
  return verdicts.filter(verdict => verdict !== undefined).map(merge);
}

function availability(
  deployment: Deployment,
  { availableReplicas = 0 }: DeploymentStatus,
): Verdict {
  const { wanted, maxUnavailable } = rolloutBounds(deployment);
  const type = 'Available';
  return availableReplicas >= wanted - maxUnavailable
    ? {
        type,
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type,
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
}

function progress(
  { deployment, newReplicaSet, progress: done, now }: DeploymentStatusSources,
  counts: DeploymentStatus,
  before: Condition | undefined,
): Verdict | undefined {
  const type = 'Progressing';
  const name = newReplicaSet?.metadata.name;
  const verdict = (
    status: 'True' | 'False',
    reason: string,
    message: string,
  ): Verdict => ({ type, status, reason, message });
  if (!newReplicaSet) return before && { type, ...pick(before) };
  if (done === 'created') {
    const message = `Created new replica set "${name}"`;
    return verdict('True', 'NewReplicaSetCreated', message);
  }
  if (done === 'found') {
    const message = `Found existing replica set "${name}"`;
    return verdict('True', 'FoundNewReplicaSet', message);
  }
  if (isComplete(deployment, counts)) {
    const message = `ReplicaSet "${name}" has successfully progressed.`;
    return verdict('True', 'NewReplicaSetAvailable', message);
  }
  if (hasMoved(deployment, counts) || !before) {
    const message = `ReplicaSet "${name}" is progressing.`;
    return verdict('True', 'ReplicaSetUpdated', message);
  }
  if (!deployment.spec?.paused && now >= deadlineAfter(deployment, before)) {
    const message = `ReplicaSet "${name}" has timed out progressing.`;
    return verdict('False', 'ProgressDeadlineExceeded', message);
  }
  return { type, ...pick(before) };
}

function deadlineAfter(deployment: Deployment, progressing: Condition): number {
  const { progressDeadlineSeconds = DEFAULT_DEADLINE_S } =
    deployment.spec ?? {};
  return (
    Date.parse(progressing.lastUpdateTime ?? '') +
    progressDeadlineSeconds * 1000
  );
}

function isComplete(
  { spec }: Deployment,
  { replicas, updatedReplicas, availableReplicas }: DeploymentStatus,
): boolean {
  const wanted = spec?.replicas ?? 1;
  return (
    updatedReplicas === wanted &&
    replicas === wanted &&
    availableReplicas === wanted
  );
}

/** More new pods, fewer old ones, or more that are ready than the last status said. */
function hasMoved({ status }: Deployment, now: DeploymentStatus): boolean {
  const old = (of: DeploymentStatus = {}) =>
    (of.replicas ?? 0) - (of.updatedReplicas ?? 0);
  return (
    (now.updatedReplicas ?? 0) > (status?.updatedReplicas ?? 0) ||
    (now.readyReplicas ?? 0) > (status?.readyReplicas ?? 0) ||
    (now.availableReplicas ?? 0) > (status?.availableReplicas ?? 0) ||
    old(now) < old(status)
  );
}

function isProgressing({ type }: Condition): boolean {
  return type === 'Progressing';
}

function pick({ status, reason, message }: Condition): Omit<Verdict, 'type'> {
  return {
    status: status as 'True' | 'False',
    reason: reason ?? '',
    message: message ?? '',
  };
}
