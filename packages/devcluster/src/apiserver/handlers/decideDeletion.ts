import type { KubernetesObject } from '../../store/KubernetesObject';
import { timestamp } from './timestamp';

export type DeletionPolicy = 'Orphan' | 'Background' | 'Foreground';

/** What a deletion does to an object. */
export type DeletionDecision =
  | { act: 'remove'; object?: undefined }
  | { act: 'mark'; object: KubernetesObject }
  | { act: 'none'; object?: undefined };

export interface DeletionSnapshot {
  object: KubernetesObject;
  /** Seconds asked for. */
  grace: number | undefined;
  /** Seconds its kind gives; 0: it goes at once. */
  defaultGrace: number;
  policy: DeletionPolicy | undefined;
  /** Milliseconds since the epoch. */
  now: number;
}

const policyFinalizers = ['orphan', 'foregroundDeletion'];

/** Whether an object goes now, or is marked and waits for its finalizers or its grace period. */
export function decideDeletion(snapshot: DeletionSnapshot): DeletionDecision {
  const { object, now, policy } = snapshot;
  const { metadata } = object;
  const finalizers = finalizersFor(metadata.finalizers ?? [], policy);
  const grace =
    snapshot.defaultGrace > 0 ? snapshot.grace ?? snapshot.defaultGrace : 0;
  const isNamespaceHeld =
    object.kind === 'Namespace' && object.spec?.finalizers?.length;
  if (!finalizers.length && !grace && !isNamespaceHeld)
    return { act: 'remove' };

  const sameFinalizers =
    finalizers.join() === (metadata.finalizers ?? []).join();
  const marked = metadata.deletionTimestamp !== undefined;
  const shortens = marked && grace < (metadata.deletionGracePeriodSeconds ?? 0);
  if (marked && !shortens && sameFinalizers) return { act: 'none' };

  const keepsTime = marked && !shortens;
  const base = shortens
    ? Date.parse(metadata.deletionTimestamp!) -
      (metadata.deletionGracePeriodSeconds ?? 0) * 1000
    : now;
  const due = shortens
    ? Math.max(base + grace * 1000, now)
    : now + grace * 1000;
  const changed: KubernetesObject = {
    ...object,
    metadata: {
      ...metadata,
      deletionTimestamp: keepsTime
        ? metadata.deletionTimestamp
        : timestamp(due),
      deletionGracePeriodSeconds: keepsTime
        ? metadata.deletionGracePeriodSeconds
        : grace,
      ...(!marked &&
        metadata.generation !== undefined && {
          generation: metadata.generation + 1,
        }),
      ...(finalizers.length ? { finalizers } : { finalizers: undefined }),
    },
    ...(object.kind === 'Namespace' && {
      status: { ...object.status, phase: 'Terminating' },
    }),
  };
  if (!finalizers.length) delete changed.metadata.finalizers;
  return { act: 'mark', object: changed };
}

/** The garbage collector acts on these: it holds the object until its dependents are orphaned or gone. */
function finalizersFor(
  finalizers: string[],
  policy: DeletionPolicy | undefined,
): string[] {
  if (policy === undefined) return finalizers;
  const others = finalizers.filter(each => !policyFinalizers.includes(each));
  if (policy === 'Orphan') return [...others, 'orphan'];
  return policy === 'Foreground' ? [...others, 'foregroundDeletion'] : others;
}
