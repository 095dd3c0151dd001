import type {
  KubernetesObject,
  OwnerReference,
  ResourceType,
} from '@greenroom/controller-runtime';

/** The reference to the object that manages this one. */
export function controllerOf(
  object: KubernetesObject,
): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(({ controller }) => controller);
}

/** Whether `owner` manages `object`. */
export function isControlledBy(
  object: KubernetesObject,
  owner: KubernetesObject,
): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid;
}

/** The reference by which `owner` manages what it makes; it blocks the owner's deletion in the foreground, as Kubernetes' own. */
export function controllerReference(
  type: ResourceType,
  owner: KubernetesObject,
): OwnerReference {
  return {
    apiVersion: type.apiVersion,
    kind: type.kind,
    name: owner.metadata.name!,
    uid: owner.metadata.uid!,
    controller: true,
    blockOwnerDeletion: true,
  };
}
