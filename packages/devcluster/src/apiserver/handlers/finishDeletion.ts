import type { KubernetesObject } from '../../store/KubernetesObject';
import type { RequestContext } from '../http/RequestContext';

/**
 * Removes an object that was only waiting for its finalizers, if this write took the last one.
 * @returns the object as its watchers saw it go, or `undefined` if it stays
 */
export function finishDeletionIfDue(
  { machinery, resource }: Pick<RequestContext, 'machinery' | 'resource'>,
  object: KubernetesObject,
  stored: KubernetesObject,
): KubernetesObject | undefined {
  if (!isDue(object)) return undefined;
  return machinery.store.remove(resource.collection, stored);
}

function isDue({ metadata, kind, spec }: KubernetesObject): boolean {
  if (!metadata.deletionTimestamp || metadata.finalizers?.length) return false;
  // A namespace has finalizers of its own, in its spec.
  if (kind === 'Namespace' && spec?.finalizers?.length) return false;
  return (metadata.deletionGracePeriodSeconds ?? 0) === 0;
}
