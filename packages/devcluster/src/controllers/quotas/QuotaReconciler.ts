import { isDeepStrictEqual } from 'node:util';
import {
  ApiError,
  ResourceQuota,
  type ObjectKey,
  type Reconciler,
} from '@greenroom/controller-runtime';
import type { ClusterObjects } from '../objects/ClusterObjects';
import type { ReconcilerParts } from '../ReconcilerParts';
import { quotaUsage } from './quotaUsage';

/** Keeps the usage of quotas true when objects go or finish; what is new is counted when it is admitted. */
export class QuotaReconciler implements Reconciler {
  readonly #parts: ReconcilerParts;
  readonly #objects: ClusterObjects;

  constructor(parts: ReconcilerParts, objects: ClusterObjects) {
    this.#parts = parts;
    this.#objects = objects;
  }

  async reconcile(key: ObjectKey): Promise<void> {
    const { cache, client } = this.#parts;
    const quota = cache.get(ResourceQuota, key);
    if (!quota || quota.metadata.deletionTimestamp) return;
    const objects = this.#objects.inNamespace(key.namespace!);
    const status = quotaUsage(quota, objects);
    if (isDeepStrictEqual(status, quota.status ?? {})) return;
    try {
      const patched = await client.patch(
        ResourceQuota,
        key,
        'merge',
        { status },
        { subresource: 'status' },
      );
      cache.informer(ResourceQuota).observe(patched);
    } catch (error) {
      if (!ApiError.isNotFound(error)) throw error;
    }
  }
}
