import { isDeepStrictEqual } from 'node:util';
import {
  ApiError,
  Deployment,
  Pod,
  ReplicaSet,
  type ObjectKey,
  type Reconciler,
  type ReconcileResult,
} from '@greenroom/controller-runtime';
import { claimObjects } from '../pods/claimObjects';
import { controllerReference } from '../pods/controllerOf';
import { matchesSelector } from '../pods/matchesSelector';
import type { ReconcilerParts } from '../ReconcilerParts';
import {
  deploymentStatus,
  progressDeadline,
  type DeploymentStatusSources,
} from './deploymentStatus';
import { planRollout, rolloutBounds } from './planRollout';
import {
  byAge,
  copiedAnnotations,
  DESIRED_REPLICAS,
  findNewReplicaSet,
  MAX_REPLICAS,
  REVISION,
  revisionOf,
  TEMPLATE_HASH_LABEL,
  templateHash,
} from './revisions';

const DEFAULT_HISTORY = 10;

/** Rolls a Deployment's template out through ReplicaSets. */
export class DeploymentReconciler implements Reconciler {
  readonly #parts: ReconcilerParts;

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
  }

  async reconcile(key: ObjectKey): Promise<ReconcileResult> {
    const { cache } = this.#parts;
    const deployment = cache.get(Deployment, key);
    if (!deployment) return {};
    const { selector } = deployment.spec ?? {};
    const replicaSets = await claimObjects(this.#parts, {
      type: ReplicaSet,
      ownerType: Deployment,
      owner: deployment,
      selector,
      candidates: cache.list(ReplicaSet, key.namespace),
    });
    const newReplicaSet = findNewReplicaSet(deployment, replicaSets);
    const oldReplicaSets = replicaSets
      .filter(set => set !== newReplicaSet)
      .sort(byAge);
    const sources: DeploymentStatusSources = {
      deployment,
      newReplicaSet,
      oldReplicaSets,
      now: Date.now(),
    };
    if (deployment.metadata.deletionTimestamp) {
      return this.#writeStatus(sources);
    }
    const pods = cache
      .list(Pod, key.namespace)
      .filter(({ metadata }) => matchesSelector(metadata.labels, selector));
    const plan = planRollout({
      deployment,
      newReplicaSet,
      oldReplicaSets,
      pods,
    });
    let { progress } = sources;
    if (plan.newReplicas !== undefined) {
      const present = await this.#ensureNew(sources, plan.newReplicas);
      if (!newReplicaSet) progress = 'created';
      else if (revisionOf(present) > revisionOf(newReplicaSet)) {
        progress = 'found';
      }
      sources.newReplicaSet = present;
    }
    sources.oldReplicaSets = await Promise.all(
      oldReplicaSets.map(set => {
        const replicas = plan.oldReplicas.get(set.metadata.name!);
        return replicas === undefined
          ? set
          : this.#scale(deployment, set, replicas);
      }),
    );
    await this.#ensureRevision(deployment, sources.newReplicaSet);
    const result = await this.#writeStatus({ ...sources, progress });
    await this.#forgetOld(deployment, sources.oldReplicaSets);
    return result;
  }

  /** Makes the ReplicaSet of the present template, or brings it to its size and to the newest revision. */
  async #ensureNew(
    { deployment, newReplicaSet, oldReplicaSets }: DeploymentStatusSources,
    replicas: number,
  ): Promise<ReplicaSet> {
    const revision = Math.max(0, ...oldReplicaSets.map(revisionOf)) + 1;
    if (!newReplicaSet) return this.#create(deployment, replicas, revision);
    const isNewest = revisionOf(newReplicaSet) >= revision;
    return this.#scale(
      deployment,
      newReplicaSet,
      replicas,
      isNewest ? undefined : revision,
    );
  }

  async #create(
    deployment: Deployment,
    replicas: number,
    revision: number,
  ): Promise<ReplicaSet> {
    const { client, cache, events } = this.#parts;
    const { namespace, name } = deployment.metadata;
    const { template, selector, minReadySeconds } = deployment.spec!;
    const collisions = deployment.status?.collisionCount ?? 0;
    const hash = templateHash(template, collisions);
    const labels = {
      ...template.metadata?.labels,
      [TEMPLATE_HASH_LABEL]: hash,
    };
    try {
      const created = await client.create(ReplicaSet, {
        metadata: {
          namespace,
          name: `${name}-${hash}`,
          labels,
          annotations: annotationsOf(deployment, revision),
          ownerReferences: [controllerReference(Deployment, deployment)],
        },
        spec: {
          replicas,
          minReadySeconds,
          selector: {
            ...selector,
            matchLabels: {
              ...selector.matchLabels,
              [TEMPLATE_HASH_LABEL]: hash,
            },
          },
          template: { ...template, metadata: { ...template.metadata, labels } },
        },
      });
      cache.informer(ReplicaSet).observe(created);
      events.event(deployment, {
        reason: 'ScalingReplicaSet',
        note: `Scaled up replica set ${created.metadata.name} from 0 to ${replicas}`,
      });
      return created;
    } catch (error) {
      if (ApiError.isAlreadyExists(error)) {
        // Another template has this name: count the collision, and the next hash is another.
        await this.#patchStatus(deployment, { collisionCount: collisions + 1 });
      }
      throw error;
    }
  }

  async #scale(
    deployment: Deployment,
    set: ReplicaSet,
    replicas: number,
    revision?: number,
  ): Promise<ReplicaSet> {
    const annotations = annotationsOf(deployment, revision ?? revisionOf(set));
    const hasAnnotations = Object.entries(annotations).every(
      ([name, value]) => set.metadata.annotations?.[name] === value,
    );
    const before = set.spec?.replicas ?? 1;
    if (before === replicas && (hasAnnotations || replicas === 0)) return set;
    const { client, cache, events } = this.#parts;
    const { namespace, name } = set.metadata;
    const scaled = await client.patch(
      ReplicaSet,
      { namespace, name: name! },
      'merge',
      { metadata: { annotations }, spec: { replicas } },
    );
    cache.informer(ReplicaSet).observe(scaled);
    if (before !== replicas) {
      events.event(deployment, {
        reason: 'ScalingReplicaSet',
        note: `Scaled ${
          before < replicas ? 'up' : 'down'
        } replica set ${name} from ${before} to ${replicas}`,
      });
    }
    return scaled;
  }

  async #ensureRevision(
    deployment: Deployment,
    newReplicaSet: ReplicaSet | undefined,
  ): Promise<void> {
    const revision = newReplicaSet?.metadata.annotations?.[REVISION];
    const before = deployment.metadata.annotations?.[REVISION];
    if (!revision || revision === before) return;
    const { client, cache } = this.#parts;
    const { namespace, name } = deployment.metadata;
    const patched = await client.patch(
      Deployment,
      { namespace, name: name! },
      'merge',
      { metadata: { annotations: { [REVISION]: revision } } },
    );
    cache.informer(Deployment).observe(patched);
  }

  async #writeStatus(
    sources: DeploymentStatusSources,
  ): Promise<ReconcileResult> {
    const { deployment, now } = sources;
    const status = deploymentStatus(sources);
    const before = deployment.status ?? {};
    if (isBehind(sources)) {
      // The counts are about to follow, and bring us here again: one write instead of two.
    } else if (!isDeepStrictEqual(withoutZeros(before), withoutZeros(status))) {
      await this.#patchStatus(deployment, status);
    }
    const deadline = progressDeadline(deployment, status);
    return deadline === undefined ? {} : { requeueAfter: deadline - now + 1 };
  }

  async #patchStatus(deployment: Deployment, status: object): Promise<void> {
    const { client, cache } = this.#parts;
    const { namespace, name } = deployment.metadata;
    try {
      const patched = await client.patch(
        Deployment,
        { namespace, name: name! },
        'merge',
        { status },
        { subresource: 'status' },
      );
      cache.informer(Deployment).observe(patched);
    } catch (error) {
      if (!ApiError.isNotFound(error)) throw error;
    }
  }

  /** Deletes empty ReplicaSets beyond the history that is to be kept, oldest first. */
  async #forgetOld(
    deployment: Deployment,
    oldReplicaSets: readonly ReplicaSet[],
  ): Promise<void> {
    const { revisionHistoryLimit = DEFAULT_HISTORY } = deployment.spec ?? {};
    const empty = oldReplicaSets
      .filter(
        ({ spec, status, metadata }) =>
          spec?.replicas === 0 &&
          !status?.replicas &&
          !metadata.deletionTimestamp,
      )
      .sort((a, b) => revisionOf(a) - revisionOf(b));
    const excess = Math.max(0, empty.length - revisionHistoryLimit);
    for (const { metadata } of empty.slice(0, excess)) {
      const { namespace, name } = metadata;
      await this.#parts.client.delete(ReplicaSet, { namespace, name: name! });
    }
  }
}

/** Whether a ReplicaSet that was just made or scaled has not said yet what it has. */
function isBehind({
  newReplicaSet,
  oldReplicaSets,
}: DeploymentStatusSources): boolean {
  return [...oldReplicaSets, newReplicaSet].some(
    set =>
      set &&
      !set.metadata.deletionTimestamp &&
      set.status?.observedGeneration !== set.metadata.generation,
  );
}

function annotationsOf(
  deployment: Deployment,
  revision: number,
): Record<string, string> {
  const { wanted, maxSurge } = rolloutBounds(deployment);
  return {
    ...copiedAnnotations(deployment),
    [REVISION]: String(revision),
    [DESIRED_REPLICAS]: String(wanted),
    [MAX_REPLICAS]: String(wanted + maxSurge),
  };
}

/** An API server leaves out counts that are zero. */
function withoutZeros(status: object): object {
  return Object.fromEntries(
    Object.entries(status).filter(
      ([, value]) => value !== 0 && value !== undefined,
    ),
  );
}
