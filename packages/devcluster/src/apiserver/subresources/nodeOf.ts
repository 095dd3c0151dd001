import { ApiError } from '../errors/ApiError';
import type { RequestContext } from '../http/RequestContext';
import type { NodeProxy } from '../NodeProxy';

/** The kubelet. @throws ApiError if none has registered */
export function nodeOf({
  machinery,
}: Pick<RequestContext, 'machinery'>): NodeProxy {
  if (machinery.node) return machinery.node;
  throw new ApiError(
    503,
    'ServiceUnavailable',
    'No kubelet runs in this devcluster. Start it without --no-kubelet.',
  );
}
