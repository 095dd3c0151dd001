import { isDeepStrictEqual } from 'node:util';
import {
  ApiError,
  Pod,
  ReplicaSet,
  type ObjectKey,
  type Reconciler,
  type ReconcileResult,
} from '@greenroom/controller-runtime';
import { claimObjects } from '../pods/claimObjects';
import { controllerReference } from '../pods/controllerOf';
import { PodControl } from '../pods/PodControl';
import { podFromTemplate } from '../pods/podFromTemplate';
import type { ReconcilerParts } from '../ReconcilerParts';
import { decideReplicaSet, type ReplicaSetDecision } from './decideReplicaSet';

/** Keeps as many pods as a ReplicaSet asks for. */
export class ReplicaSetReconciler implements Reconciler {
  readonly #parts: ReconcilerParts;
  readonly #pods: PodControl;

  constructor(parts: ReconcilerParts, pods: PodControl) {
    this.#parts = parts;
    this.#pods = pods;
  }

  async reconcile(key: ObjectKey): Promise<ReconcileResult> {
    const { cache } = this.#parts;
    const replicaSet = cache.get(ReplicaSet, key);
    if (!replicaSet) return {};
    const pods = (
      await claimObjects(this.#parts, {
        type: Pod,
        ownerType: ReplicaSet,
        owner: replicaSet,
        selector: replicaSet.spec?.selector,
        candidates: cache.list(Pod, key.namespace),
      })
    ).filter(pod => this.#pods.isPresent(pod));
    const decision = decideReplicaSet({ replicaSet, pods, now: Date.now() });
    const error = await this.#carryOut(replicaSet, decision);
    // What was just made is counted at once.
    const now = Date.now();
    const { status, revisitAt } = decideReplicaSet({
      replicaSet,
      pods: this.#present(replicaSet),
      failure: error?.message,
      now,
    });
    await this.#writeStatus(replicaSet, status);
    if (error) throw error;
    return revisitAt === undefined ? {} : { requeueAfter: revisitAt - now };
  }

  #present(replicaSet: ReplicaSet): Pod[] {
    return this.#parts.cache
      .list(Pod, replicaSet.metadata.namespace)
      .filter(
        pod =>
          this.#pods.isPresent(pod) &&
          pod.metadata.ownerReferences?.some(
            ({ controller, uid }) =>
              controller && uid === replicaSet.metadata.uid,
          ),
      );
  }

  /** Returns the first failure, if any. */
  async #carryOut(
    replicaSet: ReplicaSet,
    decision: ReplicaSetDecision,
  ): Promise<Error | undefined> {
    const owner = controllerReference(ReplicaSet, replicaSet);
    const { namespace = '' } = replicaSet.metadata;
    const template = replicaSet.spec?.template ?? {};
    const creations = Array.from({ length: decision.create }, () =>
      this.#pods.create(
        podFromTemplate(template, owner, namespace),
        replicaSet,
      ),
    );
    const deletions = decision.delete.map(pod =>
      this.#pods.delete(pod, replicaSet),
    );
    const results = await Promise.allSettled([...creations, ...deletions]);
    return results.find(result => result.status === 'rejected')?.reason as
      | Error
      | undefined;
  }

  async #writeStatus(
    replicaSet: ReplicaSet,
    status: NonNullable<ReplicaSet['status']>,
  ): Promise<void> {
    const { client, cache } = this.#parts;
    const before = replicaSet.status ?? { replicas: 0 };
    if (isDeepStrictEqual(withoutZeros(before), withoutZeros(status))) return;
    const { namespace, name } = replicaSet.metadata;
    try {
      const updated = await client.patch(
        ReplicaSet,
        { namespace, name: name! },
        'merge',
        { status: { conditions: null, ...status } },
        { subresource: 'status' },
      );
      cache.informer(ReplicaSet).observe(updated);
    } catch (error) {
      if (!ApiError.isNotFound(error)) throw error;
    }
  }
}

/** An API server leaves out counts that are zero. */
function withoutZeros(status: object): object {
  return Object.fromEntries(
    Object.entries(status).filter(
      ([, value]) => value !== 0 && value !== undefined,
    ),
  );
}
