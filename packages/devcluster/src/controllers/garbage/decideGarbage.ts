import type {
  KubernetesObject,
  OwnerReference,
} from '@greenroom/controller-runtime';

/** Keeps an owner until its dependents that block its deletion are gone. */
export const FOREGROUND = 'foregroundDeletion';
/** Keeps an owner until its dependents have lost their references to it. */
export const ORPHAN = 'orphan';

/** An owner reference and what is known of the owner. */
export interface OwnerLink {
  reference: OwnerReference;
  /** `waiting`: it is being deleted in the foreground and waits for its dependents. `unknown`: its kind is not served. */
  owner: 'present' | 'absent' | 'waiting' | 'unknown';
}

export interface GarbageSnapshot {
  object: KubernetesObject;
  owners: readonly OwnerLink[];
  dependents: readonly KubernetesObject[];
}

export type GarbageDecision =
  | { act: 'none' }
  /** Drop references to owners that are gone; others remain. */
  | { act: 'forget'; keep: OwnerReference[] }
  | { act: 'delete'; policy: 'Background' | 'Foreground' | 'Orphan' }
  /** Take the references to this object off its dependents, then its finalizer off. */
  | { act: 'orphan' }
  /** Look at the dependents that keep this object from going. */
  | { act: 'collect'; dependents: KubernetesObject[] }
  /** Nothing keeps this object any more: take the finalizer off. */
  | { act: 'release' };

/** What owner references make of an object. */
export function decideGarbage(snapshot: GarbageSnapshot): GarbageDecision {
  const { object, owners, dependents } = snapshot;
  const { deletionTimestamp, finalizers = [], uid } = object.metadata;
  if (deletionTimestamp) {
    if (finalizers.includes(ORPHAN)) return { act: 'orphan' };
    if (!finalizers.includes(FOREGROUND)) return { act: 'none' };
    const blocking = dependents.filter(({ metadata }) =>
      metadata.ownerReferences?.some(
        reference => reference.uid === uid && reference.blockOwnerDeletion,
      ),
    );
    return blocking.length
      ? { act: 'collect', dependents: blocking }
      : { act: 'release' };
  }
  if (!owners.length) return { act: 'none' };
  const isGone = ({ owner }: OwnerLink) =>
    owner === 'absent' || owner === 'waiting';
  const keep = owners.filter(link => !isGone(link));
  if (keep.length === owners.length) return { act: 'none' };
  if (keep.length) {
    return { act: 'forget', keep: keep.map(({ reference }) => reference) };
  }
  // What waits in the foreground wants its dependents' dependents gone, too.
  const isWaited = owners.some(({ owner }) => owner === 'waiting');
  if (finalizers.includes(ORPHAN)) return { act: 'delete', policy: 'Orphan' };
  return {
    act: 'delete',
    policy:
      finalizers.includes(FOREGROUND) || (isWaited && dependents.length)
        ? 'Foreground'
        : 'Background',
  };
}
