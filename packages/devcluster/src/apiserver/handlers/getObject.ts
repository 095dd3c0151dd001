import type { KubernetesObject } from '../../store/KubernetesObject';
import { notFound } from '../errors/ApiError';
import type { RequestContext } from '../http/RequestContext';
import { ok, type Reply } from '../http/Reply';
import { represent, representationOf } from '../http/Representation';
import { groupResourceOf } from '../resources/ServedResource';
import { presentObject } from './presentObject';
import { assertKnownRevision } from './listRevision';

/** The stored object a request names. @throws ApiError 404 */
export function findStored({
  machinery,
  info,
  resource,
}: RequestContext): KubernetesObject {
  const stored = machinery.store.get(
    resource.collection,
    resource.namespaced ? info.namespace : undefined,
    info.name!,
  );
  if (!stored) throw notFound(groupResourceOf(resource), info.name!);
  return stored;
}

/** `GET` of one object. */
export function getObject(context: RequestContext): Reply {
  const { machinery, info, resource, request } = context;
  assertKnownRevision(machinery.store, info.query.get('resourceVersion'));
  const representation = representationOf(request, info.query);
  const object = presentObject(resource, findStored(context));
  return ok(represent(representation, resource, object, machinery.now()));
}
