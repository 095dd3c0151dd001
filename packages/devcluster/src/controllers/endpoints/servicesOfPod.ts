import type { ObjectKey, Pod, Service } from '@greenroom/controller-runtime';
import { matchesSelector } from '../pods/matchesSelector';

/** The Services of its namespace whose selector fits a pod. */
export function servicesOfPod(
  pod: Pod,
  services: readonly Service[],
): ObjectKey[] {
  return services
    .filter(
      ({ spec }) =>
        spec?.selector &&
        matchesSelector(pod.metadata.labels, { matchLabels: spec.selector }),
    )
    .map(({ metadata: { namespace, name } }) => ({ namespace, name: name! }));
}
