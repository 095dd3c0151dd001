import type { Reply } from '../http/Reply';
import type { RequestContext } from '../http/RequestContext';
import { bindPod } from './bindPod';
import { finalizeNamespace } from './finalizeNamespace';
import { requestToken } from './requestToken';

/** What a subresource of one kind of object does. */
export interface SubresourceHandler {
  verbs: string[];
  handle(context: RequestContext): Promise<Reply | void>;
}

/** By `<collection>/<subresource>`. `status` and `scale` are the same for all kinds and stand elsewhere. */
export const subresourceHandlers: Record<string, SubresourceHandler> = {
  '/namespaces/finalize': { verbs: ['update'], handle: finalizeNamespace },
  '/pods/binding': { verbs: ['create'], handle: bindPod },
  '/serviceaccounts/token': { verbs: ['create'], handle: requestToken },
};
