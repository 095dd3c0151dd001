import { StoreConflict } from '../../store/ObjectStore';
import type { Json, KubernetesObject } from '../../store/KubernetesObject';
import { ApiError, badRequest, conflict } from '../errors/ApiError';
import { parseJson } from '../http/parseJson';
import { readBody } from '../http/readBody';
import { isTrue } from '../http/RequestInfo';
import { ok, type Reply } from '../http/Reply';
import { isDryRun, type RequestContext } from '../http/RequestContext';
import { admissionRequestOf } from './admissionRequestOf';
import { decideDeletion, type DeletionPolicy } from './decideDeletion';
import { findStored } from './getObject';
import { listObjects, selectionOf } from './listObjects';
import { presentObject } from './presentObject';

/** What a deletion was asked to do. */
export interface DeleteOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: DeletionPolicy;
  preconditions?: { uid?: string; resourceVersion?: string };
}

/** Source: the registries of Kubernetes with `ReturnDeletedObject`. */
const answersWithObject = new Set([
  '/pods',
  '/services',
  '/serviceaccounts',
  '/resourcequotas',
  '/persistentvolumes',
  '/persistentvolumeclaims',
  '/podtemplates',
]);

/** `DELETE` of one object. */
export async function deleteObject(context: RequestContext): Promise<Reply> {
  const options = await readOptions(context);
  const { resource } = context;
  const { object, isGone } = await deleteStored(
    context,
    () => findStored(context),
    options,
  );
  // Like Kubernetes: an object that is gone at once is told by a Status, except where its type says otherwise.
  if (isGone && !answersWithObject.has(resource.collection)) {
    return ok({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: {
        name: object.metadata.name,
        ...(resource.group && { group: resource.group }),
        kind: resource.plural,
        uid: object.metadata.uid,
      },
    });
  }
  return ok(presentObject(resource, object));
}

/** `DELETE` of a collection: each selected object by itself. */
export async function deleteCollection(
  context: RequestContext,
): Promise<Reply> {
  const { resource, info, machinery } = context;
  const options = await readOptions(context);
  const selects = selectionOf(context);
  const reply = listObjects(context);
  for (const stored of machinery.store.list(
    resource.collection,
    info.namespace,
  )) {
    if (!selects(presentObject(resource, stored))) continue;
    const { namespace, name } = stored.metadata;
    const find = () =>
      machinery.store.get(resource.collection, namespace, name);
    if (!find()) continue;
    await deleteStored(
      { ...context, info: { ...info, name, namespace } },
      () => find() ?? stored,
      options,
    );
  }
  return reply;
}

/** Marks or removes an object. @throws ApiError */
export async function deleteStored(
  context: RequestContext,
  find: () => KubernetesObject,
  options: DeleteOptions,
): Promise<{ object: KubernetesObject; isGone: boolean }> {
  const { machinery, resource } = context;
  for (;;) {
    const stored = find();
    assertPreconditions(context, stored, options);
    const name = stored.metadata.name;
    const admission = admissionRequestOf(
      context,
      'DELETE',
      name,
      undefined,
      presentObject(resource, stored),
    );
    await machinery.admission.mutate(admission);
    await machinery.admission.validate(admission);
    const decision = decideDeletion({
      object: stored,
      grace: options.gracePeriodSeconds,
      defaultGrace: resource.rules.gracePeriodSeconds?.(stored) ?? 0,
      policy: options.propagationPolicy,
      now: machinery.now(),
    });
    if (isDryRun(context))
      return {
        object: decision.object ?? stored,
        isGone: decision.act === 'remove',
      };
    try {
      if (decision.act === 'remove') {
        machinery.store.remove(resource.collection, stored);
        return { object: stored, isGone: true };
      }
      if (decision.act === 'none') return { object: stored, isGone: false };
      return {
        object: machinery.store.update(
          resource.collection,
          decision.object,
          stored,
        ),
        isGone: false,
      };
    } catch (error) {
      if (!(error instanceof StoreConflict)) throw error;
    }
  }
}

function assertPreconditions(
  { resource }: RequestContext,
  { metadata }: KubernetesObject,
  { preconditions = {} }: DeleteOptions,
): void {
  const { uid, resourceVersion } = preconditions;
  // Here Kubernetes names the kind where it names the resource otherwise.
  const subject = { group: resource.group, resource: resource.kind };
  if (uid !== undefined && uid !== metadata.uid) {
    throw conflict(
      subject,
      metadata.name,
      `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
  }
  if (
    resourceVersion !== undefined &&
    resourceVersion !== metadata.resourceVersion
  ) {
    throw conflict(
      subject,
      metadata.name,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    );
  }
}

async function readOptions(context: RequestContext): Promise<DeleteOptions> {
  const { request, info } = context;
  const body = await readBody(request);
  const options: Json = body.length
    ? parseJson(body, request.headers['content-type']).value
    : {};
  if (options?.kind && options.kind !== 'DeleteOptions') {
    throw badRequest(
      `${options.kind} in version "${options.apiVersion}" cannot be handled as a DeleteOptions`,
    );
  }
  const { query } = info;
  const grace = query.get('gracePeriodSeconds');
  if (grace !== null) options.gracePeriodSeconds = Number(grace);
  if (query.get('propagationPolicy'))
    options.propagationPolicy = query.get('propagationPolicy');
  if (query.get('orphanDependents') !== null) {
    options.orphanDependents = isTrue(query.get('orphanDependents'));
  }
  if (options.dryRun?.length) query.append('dryRun', options.dryRun[0]);
  if (
    options.orphanDependents !== undefined &&
    options.orphanDependents !== null
  ) {
    options.propagationPolicy ??= options.orphanDependents
      ? 'Orphan'
      : 'Background';
  }
  const policy = options.propagationPolicy;
  if (
    policy !== undefined &&
    policy !== null &&
    !['Orphan', 'Background', 'Foreground'].includes(policy)
  ) {
    throw new ApiError(
      422,
      'Invalid',
      `DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: ${JSON.stringify(
        policy,
      )}: supported values: "Foreground", "Background", "Orphan", "nil"`,
    );
  }
  if (options.gracePeriodSeconds < 0) options.gracePeriodSeconds = 1;
  return options;
}
