import type { KubernetesObject } from '../objects/KubernetesObject';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Drops in place what no reconciler reads and what makes up more than half of a cache: managed fields and kubectl's last-applied copy. */
export function stripObject<T extends KubernetesObject>(object: T): T {
  const { metadata } = object;
  delete metadata.managedFields;
  if (metadata.annotations && LAST_APPLIED in metadata.annotations) {
    delete metadata.annotations[LAST_APPLIED];
  }
  return object;
}
