import type { Json } from '../../store/KubernetesObject';
import { quantityNanos } from '../../schemas/Quantity';

/** How a pod is treated when the node runs short, by its requests and limits. */
export function qosClassOf(
  spec: Json,
): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers: Json[] = [
    ...(spec?.containers ?? []),
    ...(spec?.initContainers ?? []),
  ];
  const amounts = ['cpu', 'memory'];
  const hasAny = containers.some(({ resources = {} }) =>
    amounts.some(
      each => resources.requests?.[each] ?? resources.limits?.[each],
    ),
  );
  if (!hasAny) return 'BestEffort';
  const isGuaranteed = containers.every(({ resources = {} }) =>
    amounts.every(
      each =>
        resources.limits?.[each] !== undefined &&
        quantityNanos(resources.limits[each]) ===
          quantityNanos(resources.requests?.[each] ?? resources.limits[each]),
    ),
  );
  return isGuaranteed ? 'Guaranteed' : 'Burstable';
}
