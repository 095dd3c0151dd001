import { badRequest } from '../errors/ApiError';
import type { Reply } from '../http/Reply';
import type { RequestContext } from '../http/RequestContext';
import { bindPod } from './bindPod';
import { evictPod } from './evictPod';
import { finalizeNamespace } from './finalizeNamespace';
import { forwardPort } from './forwardPort';
import { podLog } from './podLog';
import { proxyRequest } from './proxyRequest';
import { requestToken } from './requestToken';

/** What a subresource of one kind of object does. */
export interface SubresourceHandler {
  verbs: string[];
  handle(context: RequestContext): Promise<Reply | void>;
}

const streamVerbs = ['create', 'get'];
const proxyVerbs = [
  'create',
  'delete',
  'get',
  'patch',
  'update',
  'watch',
  'list',
];

/** Streams need a WebSocket, whose requests come another way. */
async function needsUpgrade(): Promise<never> {
  throw badRequest(
    'Upgrade request required: connect by WebSocket with the subprotocol v5.channel.k8s.io or v4.channel.k8s.io.',
  );
}

/** By `<collection>/<subresource>`. `status` and `scale` are the same for all kinds and stand elsewhere. */
export const subresourceHandlers: Record<string, SubresourceHandler> = {
  '/namespaces/finalize': { verbs: ['update'], handle: finalizeNamespace },
  '/pods/attach': { verbs: streamVerbs, handle: needsUpgrade },
  '/pods/binding': { verbs: ['create'], handle: bindPod },
  '/pods/eviction': { verbs: ['create'], handle: evictPod },
  '/pods/exec': { verbs: streamVerbs, handle: needsUpgrade },
  '/pods/log': { verbs: ['get'], handle: podLog },
  '/pods/portforward': { verbs: streamVerbs, handle: forwardPort },
  '/pods/proxy': { verbs: proxyVerbs, handle: proxyRequest },
  '/serviceaccounts/token': { verbs: ['create'], handle: requestToken },
  '/services/proxy': { verbs: proxyVerbs, handle: proxyRequest },
};
