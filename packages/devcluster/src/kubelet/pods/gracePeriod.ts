import type { Pod } from '@greenroom/controller-runtime';
import type { Container } from './podParts';

/** The API's default. */
const DEFAULT_S = 30;
/** A sidecar gets at least this much when the others have used up the pod's grace period, as kubelets give it. */
const LEAST_SIDECAR_MS = 2_000;

/**
 * How long containers have to end, in milliseconds: of a whole pod, or of one container of it, whose probes may say otherwise.
 * When the pod is being ended, all its containers share the time until `endBy`.
 */
export function gracePeriod(
  { spec }: Pod,
  stop?: { container: Container; endBy: number | undefined; now: number },
): number {
  const pod = (spec?.terminationGracePeriodSeconds ?? DEFAULT_S) * 1000;
  if (!stop) return pod;
  const { container, endBy, now } = stop;
  if (endBy !== undefined) {
    const isSidecar = spec?.initContainers?.some(
      ({ name }) => name === container.name,
    );
    return Math.max(endBy - now, isSidecar ? LEAST_SIDECAR_MS : 0);
  }
  const ofProbe =
    container.livenessProbe?.terminationGracePeriodSeconds ??
    container.startupProbe?.terminationGracePeriodSeconds;
  return ofProbe === undefined ? pod : ofProbe * 1000;
}
