import type { ObjectMeta, OwnerReference } from '@greenroom/controller-runtime';

/** The object that others are made for. */
export interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly uid: string };
}

/** A reference by which the garbage collector removes an object after its owner. */
export function ownerReference(owner: Owner): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** Metadata of an object that is made for an owner. */
export function ownedMetadata(
  owner: Owner,
  {
    name,
    namespace,
    labels,
  }: { name: string; namespace: string; labels: Record<string, string> },
): ObjectMeta & { name: string; namespace: string } {
  return { name, namespace, labels, ownerReferences: [ownerReference(owner)] };
}
