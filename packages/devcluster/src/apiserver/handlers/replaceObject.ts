import { isDeepStrictEqual } from 'node:util';
import { StoreConflict } from '../../store/ObjectStore';
import type { KubernetesObject } from '../../store/KubernetesObject';
import { conflict, modifiedMessage } from '../errors/ApiError';
import { invalid } from '../errors/FieldError';
import { isDryRun, type RequestContext } from '../http/RequestContext';
import { recordUpdate } from '../ownership/recordUpdate';
import { groupResourceOf } from '../resources/ServedResource';
import { admissionRequestOf } from './admissionRequestOf';
import { finishDeletionIfDue } from './finishDeletion';
import { presentObject } from './presentObject';
import { storedObject } from './storedObject';
import { validateMetadata, validateMetadataUpdate } from './validateMetadata';
import { writerOf } from './writerOf';

/** A write that lost the race against another one as often as this is answered with a conflict. */
const maximumAttempts = 6;

/** What to write instead of the live object. */
export interface Change {
  object: KubernetesObject;
  /** Managed fields are written already (server-side apply). */
  owned?: boolean;
}

/**
 * Reads the live object, lets `change` make the new one of it, admits, validates and stores that. Runs again when
 * another write came between, unless the request named a resource version.
 * @throws ApiError
 */
export async function replaceObject(
  context: RequestContext,
  find: () => KubernetesObject,
  change: (live: KubernetesObject) => Change | Promise<Change>,
): Promise<KubernetesObject> {
  for (let attempt = 1; ; attempt += 1) {
    const stored = find();
    try {
      return await replaceOnce(
        context,
        stored,
        await change(presentObject(context.resource, stored)),
      );
    } catch (error) {
      if (!(error instanceof StoreConflict)) throw error;
      if (attempt === maximumAttempts) {
        throw conflict(
          groupResourceOf(context.resource),
          stored.metadata.name,
          modifiedMessage,
        );
      }
    }
  }
}

async function replaceOnce(
  context: RequestContext,
  stored: KubernetesObject,
  { object, owned }: Change,
): Promise<KubernetesObject> {
  const { resource, machinery, info } = context;
  const old = presentObject(resource, stored);
  assertSameObject(context, object, old);
  keepServerFields(object, old, owned);
  if (!owned) recordUpdate(old, object, resource.type, writerOf(context));
  const { rules, custom } = resource;
  const isStatus = info.subresource === 'status';
  // Made here of the live pod: it gives a spec what nobody may change afterwards, and tells so in the status.
  const isBinding = info.subresource === 'binding';
  const prepare = () => {
    if (isStatus) prepareStatus(context, object, old);
    else if (!isBinding) prepareMain(context, object, old);
  };

  prepare();
  const admission = admissionRequestOf(
    context,
    'UPDATE',
    old.metadata.name,
    object,
    old,
  );
  await machinery.admission.mutate(admission);
  prepare();

  const errors = [
    ...validateMetadata(resource, object),
    ...validateMetadataUpdate(object, old),
    ...(isStatus
      ? rules.validateStatusUpdate?.(object, old) ?? []
      : [
          ...(rules.validate?.(object) ?? []),
          ...(isBinding ? [] : rules.validateUpdate?.(object, old) ?? []),
        ]),
    ...(custom?.validate(object, old) ?? []),
  ];
  if (errors.length) throw invalid(resource, object.metadata.name, errors);
  for (const each of isStatus ? [] : rules.warnings?.(object) ?? [])
    admission.warn(each);
  await machinery.admission.validate(admission);

  if (isUnchanged(object, old)) return stored;
  if (isDryRun(context)) return storedObject(resource, object);
  return (
    finishDeletionIfDue(context, object, stored) ??
    machinery.store.update(
      resource.collection,
      storedObject(resource, object),
      stored,
    )
  );
}

function assertSameObject(
  { resource }: RequestContext,
  { metadata }: KubernetesObject,
  old: KubernetesObject,
): void {
  const name = old.metadata.name;
  if (metadata.uid && metadata.uid !== old.metadata.uid) {
    throw conflict(
      groupResourceOf(resource),
      name,
      `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${old.metadata.uid}`,
    );
  }
  if (
    metadata.resourceVersion &&
    metadata.resourceVersion !== old.metadata.resourceVersion
  ) {
    throw conflict(groupResourceOf(resource), name, modifiedMessage);
  }
}

/** What clients cannot set is as it was. */
function keepServerFields(
  object: KubernetesObject,
  old: KubernetesObject,
  owned: boolean | undefined,
): void {
  const { metadata } = object;
  metadata.uid = old.metadata.uid;
  metadata.resourceVersion = old.metadata.resourceVersion;
  metadata.creationTimestamp = old.metadata.creationTimestamp;
  if (old.metadata.namespace) metadata.namespace = old.metadata.namespace;
  else delete metadata.namespace;
  for (const field of [
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'generation',
  ] as const) {
    if (old.metadata[field] === undefined) delete metadata[field];
    else
      (metadata as unknown as Record<string, unknown>)[field] =
        old.metadata[field];
  }
  if (
    !owned &&
    metadata.managedFields === undefined &&
    old.metadata.managedFields
  ) {
    metadata.managedFields = old.metadata.managedFields;
  }
}

function prepareMain(
  { resource }: RequestContext,
  object: KubernetesObject,
  old: KubernetesObject,
): void {
  const { rules, custom } = resource;
  if (resource.hasStatus) {
    if (old.status === undefined) delete object.status;
    else object.status = old.status;
  }
  rules.prepareUpdate?.(object, old);
  const changedSpec = custom
    ? !isDeepStrictEqual(
        withoutMetadata(object, resource.hasStatus),
        withoutMetadata(old, resource.hasStatus),
      )
    : rules.hasGeneration && !isDeepStrictEqual(object.spec, old.spec);
  if (changedSpec)
    object.metadata.generation = (old.metadata.generation ?? 0) + 1;
  else if (old.metadata.generation !== undefined)
    object.metadata.generation = old.metadata.generation;
}

function prepareStatus(
  { resource }: RequestContext,
  object: KubernetesObject,
  old: KubernetesObject,
): void {
  if (resource.custom) {
    const { managedFields } = object.metadata;
    for (const key of Object.keys(object))
      if (key !== 'status') delete object[key];
    for (const [key, value] of Object.entries(old))
      if (key !== 'status') object[key] = value;
    object.metadata = {
      ...old.metadata,
      ...(managedFields && { managedFields }),
    };
    return;
  }
  for (const key of Object.keys(object)) {
    if (key !== 'status' && key !== 'metadata') delete object[key];
  }
  for (const [key, value] of Object.entries(old)) {
    if (key !== 'status' && key !== 'metadata') object[key] = value;
  }
  resource.rules.prepareStatusUpdate?.(object, old);
}

function withoutMetadata(
  object: KubernetesObject,
  withoutStatus: boolean,
): unknown {
  const { metadata: _, status, ...rest } = object;
  return withoutStatus || status === undefined ? rest : { ...rest, status };
}

/** A write that changes nothing stores nothing, so that nobody is woken by it. */
function isUnchanged(object: KubernetesObject, old: KubernetesObject): boolean {
  return isDeepStrictEqual(withoutTimes(object), withoutTimes(old));
}

function withoutTimes({ metadata, ...rest }: KubernetesObject): unknown {
  const { managedFields = [], resourceVersion: _, ...others } = metadata;
  return {
    ...rest,
    metadata: others,
    managed: managedFields.map(({ time: __, subresource = '', ...entry }) => ({
      ...entry,
      subresource,
    })),
  };
}
