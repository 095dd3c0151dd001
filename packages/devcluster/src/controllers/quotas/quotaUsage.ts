import { groupOf, type ResourceQuota } from '@greenroom/controller-runtime';
import { shown, usageOf } from '../../apiserver/admission/resourceQuotas';
import type { KubernetesObject } from '../../store/KubernetesObject';
import type { ClusterObject } from '../objects/ClusterObjects';

/** What the objects of a quota's namespace use of it, counted as admission counts them. */
export function quotaUsage(
  quota: ResourceQuota,
  objects: readonly ClusterObject[],
): NonNullable<ResourceQuota['status']> {
  const { hard = {} } = quota.spec ?? {};
  const totals = new Map(Object.keys(hard).map(resource => [resource, 0n]));
  for (const { type, object } of objects) {
    const collection = `${groupOf(type)}/${type.plural}`;
    const usage = usageOf(collection, object as KubernetesObject);
    for (const [resource, amount] of Object.entries(usage)) {
      const total = totals.get(resource);
      if (total !== undefined) totals.set(resource, total + amount);
    }
  }
  return {
    hard,
    used: Object.fromEntries(
      [...totals].map(([resource, total]) => [
        resource,
        shown(total, hard[resource]),
      ]),
    ),
  };
}
