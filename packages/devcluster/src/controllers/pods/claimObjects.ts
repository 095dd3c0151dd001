import {
  ApiError,
  type KubernetesObject,
  type ResourceType,
} from '@greenroom/controller-runtime';
import type { ReconcilerParts } from '../ReconcilerParts';
import { controllerOf, controllerReference } from './controllerOf';
import { matchesSelector, type LabelSelector } from './matchesSelector';

interface Claim<T extends KubernetesObject> {
  type: ResourceType<T>;
  ownerType: ResourceType;
  owner: KubernetesObject;
  selector: LabelSelector | undefined;
  /** All objects of the namespace. */
  candidates: readonly T[];
}

/**
 * The objects a controller manages: those that refer to it. One that nobody manages but its selector fits is adopted; one whose labels do not
 * fit any more is released.
 */
export async function claimObjects<T extends KubernetesObject>(
  parts: ReconcilerParts,
  claim: Claim<T>,
): Promise<T[]> {
  const { owner, selector, candidates } = claim;
  const isDeleted = owner.metadata.deletionTimestamp !== undefined;
  const claimed: T[] = [];
  for (const object of candidates) {
    const controller = controllerOf(object);
    const fits = matchesSelector(object.metadata.labels, selector);
    if (controller?.uid === owner.metadata.uid) {
      if (fits || isDeleted) claimed.push(object);
      else await release(parts, claim, object);
    } else if (
      !controller &&
      fits &&
      !isDeleted &&
      !object.metadata.deletionTimestamp
    ) {
      const adopted = await adopt(parts, claim, object);
      if (adopted) claimed.push(adopted);
    }
  }
  return claimed;
}

function adopt<T extends KubernetesObject>(
  parts: ReconcilerParts,
  { type, ownerType, owner }: Claim<T>,
  object: T,
): Promise<T | undefined> {
  const others = object.metadata.ownerReferences ?? [];
  return patchOwners(parts, type, object, [
    ...others,
    controllerReference(ownerType, owner),
  ]);
}

async function release<T extends KubernetesObject>(
  parts: ReconcilerParts,
  { type, owner }: Claim<T>,
  object: T,
): Promise<void> {
  const others = (object.metadata.ownerReferences ?? []).filter(
    ({ uid }) => uid !== owner.metadata.uid,
  );
  await patchOwners(parts, type, object, others);
}

async function patchOwners<T extends KubernetesObject>(
  { client, cache }: ReconcilerParts,
  type: ResourceType<T>,
  object: T,
  ownerReferences: unknown[],
): Promise<T | undefined> {
  const { namespace, name, uid, resourceVersion } = object.metadata;
  try {
    const patched = await client.patch(
      type,
      { namespace, name: name! },
      'merge',
      { metadata: { uid, resourceVersion, ownerReferences } },
    );
    cache.informer(type).observe(patched);
    return patched;
  } catch (error) {
    // Gone, or changed meanwhile: its event comes and it is looked at again.
    if (ApiError.isNotFound(error) || ApiError.isConflict(error)) {
      return undefined;
    }
    throw error;
  }
}
