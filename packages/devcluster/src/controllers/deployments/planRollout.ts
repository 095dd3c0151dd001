import type {
  Deployment,
  Pod,
  ReplicaSet,
} from '@greenroom/controller-runtime';
import { isFinished } from '../pods/podFacts';
import { resolveIntOrPercent } from './resolveIntOrPercent';

export interface RolloutSnapshot {
  deployment: Deployment;
  /** Has the present template; absent until it is made. */
  newReplicaSet?: ReplicaSet;
  /** All others, oldest first. */
  oldReplicaSets: readonly ReplicaSet[];
  /** All pods of any of them. */
  pods: readonly Pod[];
}

/** How large each ReplicaSet should be now. */
export interface RolloutPlan {
  /** Of the new one, which is made if it does not exist; absent while it must wait. */
  newReplicas?: number;
  /** By name; those not named stay as they are. */
  oldReplicas: Map<string, number>;
}

/** How far a rolling update may stray from the wanted number, in pods. */
export function rolloutBounds({ spec }: Deployment): {
  wanted: number;
  maxSurge: number;
  maxUnavailable: number;
} {
  const wanted = spec?.replicas ?? 1;
  if (spec?.strategy?.type === 'Recreate') {
    return { wanted, maxSurge: 0, maxUnavailable: wanted };
  }
  const { maxSurge = '25%', maxUnavailable = '25%' } =
    spec?.strategy?.rollingUpdate ?? {};
  const surge = resolveIntOrPercent(maxSurge, wanted, 'up');
  const unavailable = resolveIntOrPercent(maxUnavailable, wanted, 'down');
  return {
    wanted,
    maxSurge: surge,
    // With neither, nothing could ever move.
    maxUnavailable: surge === 0 && unavailable === 0 ? 1 : unavailable,
  };
}

/** The next step of a rollout. */
export function planRollout(snapshot: RolloutSnapshot): RolloutPlan {
  const { deployment } = snapshot;
  if (deployment.spec?.paused) return planPaused(snapshot);
  return deployment.spec?.strategy?.type === 'Recreate'
    ? planRecreate(snapshot)
    : planRolling(snapshot);
}

/** Nothing is rolled out; a new size goes to the youngest ReplicaSet that has pods. */
function planPaused({
  deployment,
  newReplicaSet,
  oldReplicaSets,
}: RolloutSnapshot): RolloutPlan {
  const { wanted } = rolloutBounds(deployment);
  const all = [newReplicaSet, ...[...oldReplicaSets].reverse()];
  const youngest = all.find(set => set && sizeOf(set) > 0) ?? newReplicaSet;
  const oldReplicas = new Map<string, number>();
  if (!youngest) return { oldReplicas };
  const others = sum(all.filter(set => set !== youngest).map(sizeOf));
  const size = Math.max(0, wanted - others);
  if (youngest === newReplicaSet) return { newReplicas: size, oldReplicas };
  oldReplicas.set(youngest.metadata.name!, size);
  return { oldReplicas };
}

function planRecreate({
  deployment,
  newReplicaSet,
  oldReplicaSets,
  pods,
}: RolloutSnapshot): RolloutPlan {
  const oldReplicas = new Map<string, number>();
  for (const set of oldReplicaSets) {
    if (sizeOf(set) > 0) oldReplicas.set(set.metadata.name!, 0);
  }
  const newUid = newReplicaSet?.metadata.uid;
  const hasOldPods = pods.some(
    pod =>
      !isFinished(pod) &&
      !pod.metadata.ownerReferences?.some(({ uid }) => uid === newUid),
  );
  // Old and new never run side by side.
  if (oldReplicas.size || hasOldPods) return { oldReplicas };
  return { newReplicas: deployment.spec?.replicas ?? 1, oldReplicas };
}

function planRolling(snapshot: RolloutSnapshot): RolloutPlan {
  const { deployment, newReplicaSet, oldReplicaSets } = snapshot;
  const { wanted, maxSurge } = rolloutBounds(deployment);
  const present = sizeOf(newReplicaSet);
  const total = present + sum(oldReplicaSets.map(sizeOf));
  let newReplicas = Math.min(present, wanted);
  if (present < wanted) {
    const room = Math.max(0, wanted + maxSurge - total);
    newReplicas = present + Math.min(room, wanted - present);
  }
  return { newReplicas, oldReplicas: shrinkOld(snapshot) };
}

/** Old pods go as new ones become available: first those that do not work anyway, then the oldest. */
function shrinkOld({
  deployment,
  newReplicaSet,
  oldReplicaSets,
}: RolloutSnapshot): Map<string, number> {
  const { wanted, maxUnavailable } = rolloutBounds(deployment);
  const leastAvailable = wanted - maxUnavailable;
  const sizes = new Map(
    oldReplicaSets.map(set => [set.metadata.name!, sizeOf(set)]),
  );
  const total = sizeOf(newReplicaSet) + sum([...sizes.values()]);
  const newUnavailable = sizeOf(newReplicaSet) - availableOf(newReplicaSet);
  let removable = Math.max(0, total - leastAvailable - newUnavailable);
  for (const set of oldReplicaSets) {
    const name = set.metadata.name!;
    const broken = Math.max(0, sizes.get(name)! - availableOf(set));
    const fewer = Math.min(removable, broken);
    sizes.set(name, sizes.get(name)! - fewer);
    removable -= fewer;
  }
  const available = sum([newReplicaSet, ...oldReplicaSets].map(availableOf));
  let spare = Math.max(0, Math.min(removable, available - leastAvailable));
  for (const set of oldReplicaSets) {
    const name = set.metadata.name!;
    const fewer = Math.min(spare, sizes.get(name)!);
    sizes.set(name, sizes.get(name)! - fewer);
    spare -= fewer;
  }
  for (const set of oldReplicaSets) {
    const name = set.metadata.name!;
    if (sizes.get(name) === sizeOf(set)) sizes.delete(name);
  }
  return sizes;
}

function sizeOf(set: ReplicaSet | undefined): number {
  return set ? set.spec?.replicas ?? 1 : 0;
}

function availableOf(set: ReplicaSet | undefined): number {
  return set?.status?.availableReplicas ?? 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
