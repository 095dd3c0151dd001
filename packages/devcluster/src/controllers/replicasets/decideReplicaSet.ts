import type { Pod, ReplicaSet } from '@greenroom/controller-runtime';
import { availableAt, isActive, readySince } from '../pods/podFacts';
import { matchesSelector } from '../pods/matchesSelector';

type ReplicaSetStatus = NonNullable<ReplicaSet['status']>;

export interface ReplicaSetSnapshot {
  replicaSet: ReplicaSet;
  /** All pods it controls. */
  pods: readonly Pod[];
  /** Why the last creation failed. */
  failure?: string;
  now: number;
}

export interface ReplicaSetDecision {
  /** How many pods to create. */
  create: number;
  delete: Pod[];
  status: ReplicaSetStatus;
  /** When a pod becomes available by time alone, in milliseconds since the epoch. */
  revisitAt?: number;
}

/** How many pods a ReplicaSet has too few, which it has too many, and what its status says. */
export function decideReplicaSet(
  snapshot: ReplicaSetSnapshot,
): ReplicaSetDecision {
  const { replicaSet, pods, now } = snapshot;
  const active = pods.filter(isActive);
  const wanted = replicaSet.spec?.replicas ?? 1;
  // One that is being deleted makes nothing new: its pods go with it.
  const isDeleted = replicaSet.metadata.deletionTimestamp !== undefined;
  const excess = active.length - wanted;
  const { minReadySeconds = 0 } = replicaSet.spec ?? {};
  const times = active
    .map(pod => availableAt(pod, minReadySeconds))
    .filter(at => at !== undefined);
  const later = times.filter(at => at > now);
  return {
    create: isDeleted ? 0 : Math.max(0, -excess),
    delete:
      isDeleted || excess <= 0 ? [] : leastNeeded(active).slice(0, excess),
    status: statusOf(snapshot, active, times.length - later.length),
    revisitAt: later.length ? Math.min(...later) : undefined,
  };
}

/** Pods in the order in which they can be done without: those not running yet first, then unready ones, then the youngest. */
function leastNeeded(pods: readonly Pod[]): Pod[] {
  const rank = (pod: Pod) => [
    pod.spec?.nodeName ? 1 : 0,
    pod.status?.phase === 'Running' ? 1 : 0,
    readySince(pod) === undefined ? 0 : 1,
    deletionCost(pod),
    -(readySince(pod) ?? 0),
    -restarts(pod),
    -Date.parse(pod.metadata.creationTimestamp ?? ''),
  ];
  return [...pods].sort((a, b) => {
    const others = rank(b);
    for (const [index, value] of rank(a).entries()) {
      if (value !== others[index]) return value - others[index];
    }
    return 0;
  });
}

function deletionCost({ metadata }: Pod): number {
  const cost =
    metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'];
  return Number(cost ?? 0) || 0;
}

function restarts({ status }: Pod): number {
  const counts = (status?.containerStatuses ?? []).map(
    ({ restartCount }) => restartCount,
  );
  return Math.max(0, ...counts);
}

function statusOf(
  { replicaSet, failure, now }: ReplicaSetSnapshot,
  active: readonly Pod[],
  availableReplicas: number,
): ReplicaSetStatus {
  const { metadata, spec, status } = replicaSet;
  const templateLabels = spec?.template?.metadata?.labels ?? {};
  const others = (status?.conditions ?? []).filter(
    ({ type }) => type !== 'ReplicaFailure',
  );
  const old = status?.conditions?.find(({ type }) => type === 'ReplicaFailure');
  const conditions = failure
    ? [
        ...others,
        {
          type: 'ReplicaFailure',
          status: 'True',
          reason: 'FailedCreate',
          message: failure,
          lastTransitionTime:
            old?.lastTransitionTime ??
            new Date(now).toISOString().replace(/\.\d+Z$/, 'Z'),
        },
      ]
    : others;
  return {
    replicas: active.length,
    fullyLabeledReplicas: active.filter(pod =>
      matchesSelector(pod.metadata.labels, { matchLabels: templateLabels }),
    ).length,
    readyReplicas: active.filter(pod => readySince(pod) !== undefined).length,
    availableReplicas,
    observedGeneration: metadata.generation,
    ...(conditions.length ? { conditions } : {}),
  };
}
