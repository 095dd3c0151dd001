import { ApiError, badRequest } from '../errors/ApiError';
import { deleteStored } from '../handlers/deleteObject';
import { findStored } from '../handlers/getObject';
import { parseJson } from '../http/parseJson';
import { readBody } from '../http/readBody';
import { created, type Reply } from '../http/Reply';
import type { RequestContext } from '../http/RequestContext';
import { labelSelectorOf } from '../selectors/LabelSelector';

/** `POST` to a pod's `eviction`: deletes the pod unless a disruption budget forbids it. */
export async function evictPod(context: RequestContext): Promise<Reply> {
  const { request, info, machinery } = context;
  const { value } = parseJson(
    await readBody(request),
    request.headers['content-type'],
  );
  if (value?.kind && value.kind !== 'Eviction') {
    throw badRequest(
      `${value.kind} in version "${value.apiVersion}" cannot be handled as an Eviction`,
    );
  }
  if (value?.metadata?.name && value.metadata.name !== info.name) {
    throw badRequest(
      `name in URL does not match name in Eviction object: ${info.name} vs ${value.metadata.name}`,
    );
  }
  const pod = findStored(context);
  const isOver = ['Succeeded', 'Failed', 'Pending'].includes(pod.status?.phase);
  for (const budget of machinery.store.each(
    'policy/poddisruptionbudgets',
    info.namespace,
  )) {
    if (isOver || !labelSelectorOf(budget.spec?.selector)(pod.metadata.labels))
      continue;
    if ((budget.status?.disruptionsAllowed ?? 0) > 0) continue;
    throw new ApiError(
      429,
      'TooManyRequests',
      "Cannot evict pod as it would violate the pod's disruption budget.",
      {
        causes: [
          {
            reason: 'DisruptionBudget',
            message: `The disruption budget ${budget.metadata.name} needs ${
              budget.status?.desiredHealthy ?? 0
            } healthy pods and has ${
              budget.status?.currentHealthy ?? 0
            } currently`,
          },
        ],
      },
    );
  }
  if (value?.deleteOptions?.dryRun?.length) info.query.append('dryRun', 'All');
  await deleteStored(
    { ...context, info: { ...info, subresource: undefined } },
    () => findStored(context),
    value?.deleteOptions ?? {},
  );
  return created({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    code: 201,
  });
}
