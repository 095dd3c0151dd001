import { findStored } from '../handlers/getObject';
import { StoreConflict } from '../../store/ObjectStore';
import { conflict, modifiedMessage } from '../errors/ApiError';
import { parseJson } from '../http/parseJson';
import { readBody } from '../http/readBody';
import { ok, type Reply } from '../http/Reply';
import type { RequestContext } from '../http/RequestContext';
import { groupResourceOf } from '../resources/ServedResource';

/** `PUT` of a namespace's `finalize`: sets `spec.finalizers`; the last one's going removes the namespace. */
export async function finalizeNamespace(
  context: RequestContext,
): Promise<Reply> {
  const { request, machinery, resource } = context;
  const { value } = parseJson(
    await readBody(request),
    request.headers['content-type'],
  );
  const stored = findStored(context);
  const finalizers: string[] = value?.spec?.finalizers ?? [];
  const { finalizers: _, ...spec } = stored.spec ?? {};
  const object = {
    ...stored,
    spec: finalizers.length ? { ...spec, finalizers } : spec,
  };
  const isOver =
    stored.metadata.deletionTimestamp &&
    !finalizers.length &&
    !stored.metadata.finalizers?.length;
  try {
    if (isOver) {
      machinery.store.remove(resource.collection, stored);
      return ok(object);
    }
    return ok(machinery.store.update(resource.collection, object, stored));
  } catch (error) {
    if (!(error instanceof StoreConflict)) throw error;
    throw conflict(
      groupResourceOf(resource),
      stored.metadata.name,
      modifiedMessage,
    );
  }
}
