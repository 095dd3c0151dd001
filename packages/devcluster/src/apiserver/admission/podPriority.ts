import { forbidden } from '../errors/ApiError';
import type { AdmissionPlugin } from './AdmissionChain';

const priorityClasses = 'scheduling.k8s.io/priorityclasses';

/** Resolves a pod's priority class, and adds the tolerations every pod has. */
export const podPriority: AdmissionPlugin = {
  mutate({ machinery, operation, resource, subresource, name, object }) {
    if (
      operation !== 'CREATE' ||
      resource.collection !== '/pods' ||
      subresource ||
      !object
    )
      return;
    const { spec } = object;
    let chosen = spec.priorityClassName
      ? machinery.store.get(priorityClasses, undefined, spec.priorityClassName)
      : undefined;
    if (spec.priorityClassName && !chosen) {
      throw forbidden(
        { group: '', resource: 'pods' },
        name,
        `no PriorityClass with name ${spec.priorityClassName} was found`,
      );
    }
    for (const each of chosen ? [] : machinery.store.each(priorityClasses)) {
      if (each.globalDefault) chosen = each;
    }
    if (chosen) spec.priorityClassName = chosen.metadata.name;
    spec.priority = chosen?.value ?? 0;
    spec.preemptionPolicy ??=
      chosen?.preemptionPolicy ?? 'PreemptLowerPriority';
    for (const key of [
      'node.kubernetes.io/not-ready',
      'node.kubernetes.io/unreachable',
    ]) {
      const isTolerated = spec.tolerations?.some(
        (each: { key?: string; effect?: string }) =>
          (each.key === key || !each.key) &&
          (!each.effect || each.effect === 'NoExecute'),
      );
      if (isTolerated) continue;
      spec.tolerations = [
        ...(spec.tolerations ?? []),
        {
          effect: 'NoExecute',
          key,
          operator: 'Exists',
          tolerationSeconds: 300,
        },
      ];
    }
  },
};
