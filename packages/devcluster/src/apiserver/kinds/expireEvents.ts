import type { KubernetesObject } from '../../store/KubernetesObject';
import type { ObjectStore } from '../../store/ObjectStore';

/** As long as a real API server keeps them by default. */
const lifetimeMs = 60 * 60 * 1000;
const sweepIntervalMs = 60 * 1000;

/** When an event was last written. */
function lastSeen({
  metadata,
  lastTimestamp,
  series,
}: KubernetesObject): number {
  return Date.parse(
    series?.lastObservedTime ?? lastTimestamp ?? metadata.creationTimestamp,
  );
}

/** Removes events that nobody needs any more. */
export function removeOldEvents(store: ObjectStore, now: number): void {
  for (const event of [...store.each('/events')]) {
    if (now - lastSeen(event) > lifetimeMs) store.remove('/events', event);
  }
}

/** Removes old events now and then. @returns how to stop */
export function expireEvents(
  store: ObjectStore,
  now: () => number,
): () => void {
  const timer = setInterval(
    () => removeOldEvents(store, now()),
    sweepIntervalMs,
  );
  timer.unref();
  return () => clearInterval(timer);
}
