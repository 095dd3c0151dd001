import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../../store/KubernetesObject';
import type { ObjectStore } from '../../store/ObjectStore';
import { labelSelectorOf } from '../selectors/LabelSelector';

const clusterRoles = 'rbac.authorization.k8s.io/clusterroles';

/** Keeps the rules of aggregated ClusterRoles: the union of those that their selectors choose. @returns how to stop */
export function aggregateRoles(store: ObjectStore): () => void {
  const settle = () => {
    const roles = store.list(clusterRoles);
    for (const role of roles) {
      const selectors: Json[] =
        role.aggregationRule?.clusterRoleSelectors ?? [];
      if (!selectors.length) continue;
      const matchers = selectors.map(labelSelectorOf);
      const rules: Json[] = [];
      for (const each of roles) {
        if (each.metadata.name === role.metadata.name) continue;
        if (!matchers.some(matches => matches(each.metadata.labels))) continue;
        for (const rule of each.rules ?? []) {
          if (!rules.some(known => isDeepStrictEqual(known, rule)))
            rules.push(rule);
        }
      }
      if (!isDeepStrictEqual(rules, role.rules ?? [])) {
        store.update(clusterRoles, { ...role, rules }, role);
      }
    }
  };
  let isScheduled = false;
  const schedule = () => {
    if (isScheduled) return;
    isScheduled = true;
    queueMicrotask(() => {
      isScheduled = false;
      settle();
    });
  };
  schedule();
  return store.watch(clusterRoles, store.revision, schedule);
}
