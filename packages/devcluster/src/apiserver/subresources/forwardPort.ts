import { ApiError, badRequest } from '../errors/ApiError';
import { findStored } from '../handlers/getObject';
import type { RequestContext } from '../http/RequestContext';

/** A pod's ports are on this machine already; the answer to `portforward` says where. */
export async function forwardPort(context: RequestContext): Promise<never> {
  const pod = findStored(context);
  const address = pod.status?.podIP;
  if (!address)
    throw badRequest(`pod ${pod.metadata.name} does not have an address yet`);
  throw new ApiError(
    400,
    'BadRequest',
    `Nothing needs forwarding: the pod runs on this machine, and its ports answer at ${address}. Connect to them there.`,
  );
}
