import type { Json, KubernetesObject } from '../../store/KubernetesObject';
import { badRequest, methodNotAllowed, pathNotFound } from '../errors/ApiError';
import { fieldError, invalid } from '../errors/FieldError';
import { findStored } from '../handlers/getObject';
import { jsonPatch } from '../patch/jsonPatch';
import { mergePatch } from '../patch/mergePatch';
import { parseApplied } from '../handlers/patchObject';
import { presentObject } from '../handlers/presentObject';
import { replaceObject } from '../handlers/replaceObject';
import { parseJson } from '../http/parseJson';
import { readBody } from '../http/readBody';
import { ok, type Reply } from '../http/Reply';
import type { RequestContext } from '../http/RequestContext';
import { setValueAt, valueAt } from '../selectors/valueAt';
import { formatSelector } from '../tables/builtInColumns';

/** The `scale` of an object, which has the same shape for every kind. */
function scaleOf({ resource }: RequestContext, object: KubernetesObject): Json {
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } =
    resource.scale!;
  const { name, namespace, uid, resourceVersion, creationTimestamp } =
    object.metadata;
  const selector = labelSelectorPath && valueAt(object, labelSelectorPath);
  const text =
    typeof selector === 'object' && selector
      ? formatSelector(selector)
      : selector;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { ...replicas(valueAt(object, specReplicasPath)) },
    status: {
      replicas: valueAt(object, statusReplicasPath) ?? 0,
      ...(text && { selector: text }),
    },
  };
}

function replicas(count: number | undefined): Json {
  return count ? { replicas: count } : {};
}

/** `GET`, `PUT` and `PATCH` of `scale`. */
export async function handleScale(context: RequestContext): Promise<Reply> {
  const { resource, info, request } = context;
  if (!resource.scale) throw pathNotFound();
  if (info.verb === 'get') {
    return ok(scaleOf(context, presentObject(resource, findStored(context))));
  }
  if (info.verb !== 'update' && info.verb !== 'patch') throw methodNotAllowed();
  const body = await readBody(request);
  const stored = await replaceObject(
    // What the scale changes is the spec, so the write is one of the object itself.
    { ...context, info: { ...info, subresource: undefined } },
    () => findStored(context),
    live => {
      const before = scaleOf(context, live);
      const scale = scaleFrom(context, body, before);
      const wanted = scale?.spec?.replicas ?? 0;
      if (wanted < 0) {
        throw invalid(
          { group: 'autoscaling', kind: 'Scale' },
          live.metadata.name,
          [
            fieldError.invalid(
              'spec.replicas',
              wanted,
              'must be greater than or equal to 0',
            ),
          ],
        );
      }
      const object = structuredClone(live);
      setValueAt(object, resource.scale!.specReplicasPath, wanted);
      if (scale.metadata?.resourceVersion) {
        object.metadata.resourceVersion = scale.metadata.resourceVersion;
      }
      return { object };
    },
  );
  return ok(scaleOf(context, presentObject(resource, stored)));
}

function scaleFrom(
  { info, request }: RequestContext,
  body: Buffer,
  before: Json,
): Json {
  const type = request.headers['content-type']?.split(';')[0];
  if (info.verb === 'update') return parseJson(body, type).value;
  const patch = parseApplied(body.toString('utf8'));
  if (type === 'application/json-patch+json') return jsonPatch(before, patch);
  if (typeof patch !== 'object' || Array.isArray(patch)) {
    throw badRequest('error decoding patch: a scale is patched with an object');
  }
  return mergePatch(before, patch);
}
