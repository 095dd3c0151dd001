import type { Pod } from '@greenroom/controller-runtime';

/** Neither ended nor on its way out: it counts towards what a controller wants. */
export function isActive(pod: Pod): boolean {
  return !isFinished(pod) && pod.metadata.deletionTimestamp === undefined;
}

/** All its containers have ended for good. */
export function isFinished({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** Since when a pod is ready, in milliseconds since the epoch; `undefined` if it is not. */
export function readySince({ status }: Pod): number | undefined {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status !== 'True') return undefined;
  return Date.parse(ready.lastTransitionTime ?? '') || 0;
}

/** When a pod will have been ready for long enough; `undefined` if it is not ready. */
export function availableAt(
  pod: Pod,
  minReadySeconds: number,
): number | undefined {
  const since = readySince(pod);
  return since === undefined ? undefined : since + minReadySeconds * 1000;
}
