import type {
  InformerEvent,
  KubernetesObject,
} from '@greenroom/controller-runtime';
import { isDeepStrictEqual } from 'node:util';

/**
 * Whether an event tells of more than a status: a new or gone object, another spec, labels, annotations, or a deletion that
 * began. A controller that writes a status must not be woken by it.
 */
export function isSpecChange<T extends KubernetesObject>(
  event: InformerEvent<T>,
): boolean {
  if (event.type !== 'updated') return true;
  const { metadata } = event.object;
  const old = event.old.metadata;
  return (
    metadata.generation !== old.generation ||
    metadata.deletionTimestamp !== old.deletionTimestamp ||
    !isDeepStrictEqual(metadata.labels, old.labels) ||
    !isDeepStrictEqual(metadata.annotations, old.annotations)
  );
}
