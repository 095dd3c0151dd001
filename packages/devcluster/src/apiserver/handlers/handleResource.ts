import { methodNotAllowed, pathNotFound } from '../errors/ApiError';
import type { Reply } from '../http/Reply';
import { warn } from '../http/Reply';
import type { RequestContext } from '../http/RequestContext';
import type { Verb } from '../resources/ServedResource';
import { subresourceHandlers } from '../subresources/subresourceHandlers';
import { handleScale } from '../subresources/scale';
import { createObject } from './createObject';
import { deleteCollection, deleteObject } from './deleteObject';
import { getObject } from './getObject';
import { listObjects } from './listObjects';
import { patchObject } from './patchObject';
import { updateObject } from './updateObject';
import { watchObjects } from './watchObjects';

type Handler = (
  context: RequestContext,
) => Promise<Reply | void> | Reply | void;

const handlers: Record<Verb, Handler> = {
  get: getObject,
  list: listObjects,
  watch: watchObjects,
  create: createObject,
  update: updateObject,
  patch: patchObject,
  delete: deleteObject,
  deletecollection: deleteCollection,
};
const statusVerbs = new Set(['get', 'update', 'patch']);

/** Answers a request for a stored resource; watches and streams answer by themselves. @throws ApiError */
export async function handleResource(
  context: RequestContext,
): Promise<Reply | void> {
  const { info, resource, response } = context;
  if (resource.custom?.deprecationWarning)
    warn(response, resource.custom.deprecationWarning);
  if (
    resource.namespaced &&
    info.namespace === undefined &&
    info.name !== undefined
  ) {
    throw pathNotFound();
  }
  if (
    !resource.namespaced &&
    info.namespace !== undefined &&
    resource.collection !== '/namespaces'
  ) {
    throw pathNotFound();
  }
  const { subresource } = info;
  if (subresource !== undefined) return handleSubresource(context, subresource);
  const verb = info.verb as Verb;
  if (!resource.verbs.includes(verb)) throw methodNotAllowed();
  return handlers[verb](context);
}

async function handleSubresource(
  context: RequestContext,
  subresource: string,
): Promise<Reply | void> {
  const { info, resource } = context;
  if (subresource === 'scale' && resource.scale) return handleScale(context);
  if (subresource === 'status' && resource.hasStatus) {
    if (!statusVerbs.has(info.verb)) throw methodNotAllowed();
    return handlers[info.verb as Verb](context);
  }
  const particular =
    subresourceHandlers[`${resource.collection}/${subresource}`];
  if (!particular) throw pathNotFound();
  if (!particular.verbs.includes(info.verb)) throw methodNotAllowed();
  return particular.handle(context);
}
