import type { KubernetesObject } from '../objects/KubernetesObject';
import type { ObjectKey } from '../objects/ObjectKey';
import { groupOf, type ResourceType } from '../objects/ResourceType';

/** The key of the controller of `object`, if it is of type `owner`. Versions of a group are one kind. */
export function ownerKey(
  object: KubernetesObject,
  owner: ResourceType,
): ObjectKey | undefined {
  for (const reference of object.metadata.ownerReferences ?? []) {
    if (
      reference.controller &&
      reference.kind === owner.kind &&
      groupOf(reference) === groupOf(owner)
    ) {
      return owner.scope === 'Namespaced'
        ? { namespace: object.metadata.namespace, name: reference.name }
        : { name: reference.name };
    }
  }
  return undefined;
}
