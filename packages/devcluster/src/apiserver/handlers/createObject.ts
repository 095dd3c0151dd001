import { randomInt, randomUUID } from 'node:crypto';
import { StoreExists } from '../../store/ObjectStore';
import type { KubernetesObject } from '../../store/KubernetesObject';
import {
  alreadyExists,
  ApiError,
  badRequest,
  methodNotAllowed,
} from '../errors/ApiError';
import { invalid } from '../errors/FieldError';
import { parseJson } from '../http/parseJson';
import { readBody } from '../http/readBody';
import { created, type Reply } from '../http/Reply';
import {
  fieldValidationOf,
  isDryRun,
  warnings,
  type RequestContext,
} from '../http/RequestContext';
import { represent, representationOf } from '../http/Representation';
import { recordUpdate } from '../ownership/recordUpdate';
import { groupResourceOf } from '../resources/ServedResource';
import { admissionRequestOf } from './admissionRequestOf';
import { decodeObject } from './decodeObject';
import { presentObject } from './presentObject';
import { storedObject } from './storedObject';
import { timestamp } from './timestamp';
import { validateMetadata } from './validateMetadata';
import { writerOf } from './writerOf';

/** `POST` to a collection. */
export async function createObject(context: RequestContext): Promise<Reply> {
  const { request, resource, info, machinery } = context;
  if (info.name !== undefined) throw methodNotAllowed();
  if (resource.namespaced && info.namespace === undefined)
    throw methodNotAllowed();
  const representation = representationOf(request, info.query);
  const validation = fieldValidationOf(context);
  const body = await readBody(request);
  const { value, duplicates } = parseJson(
    body,
    request.headers['content-type'],
    validation !== 'Ignore',
  );
  const object = decodeObject(resource, value, {
    validation,
    duplicates,
    warn: warnings(context),
  });
  const stored = await createDecoded(context, object);
  return created(
    represent(
      representation,
      resource,
      presentObject(resource, stored),
      machinery.now(),
    ),
  );
}

/** Admits, completes and stores a new object. `owned` says that its managed fields are written already. */
export async function createDecoded(
  context: RequestContext,
  object: KubernetesObject,
  owned = false,
): Promise<KubernetesObject> {
  const { resource, machinery } = context;
  const { metadata } = object;
  assertNamespace(context, object);
  if (metadata.resourceVersion) {
    throw new ApiError(
      500,
      '',
      'resourceVersion should not be set on objects to be created',
    );
  }
  if (!metadata.name && metadata.generateName)
    metadata.name = generatedName(metadata.generateName);
  metadata.creationTimestamp = timestamp(machinery.now());
  metadata.uid = randomUUID();
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete (metadata as { selfLink?: string }).selfLink;

  const admission = admissionRequestOf(
    context,
    'CREATE',
    metadata.name,
    object,
    undefined,
  );
  // Before admission: what plugins and webhooks add belongs to nobody.
  if (!owned) {
    delete metadata.managedFields;
    recordUpdate(undefined, object, resource.type, writerOf(context));
  }
  await machinery.admission.mutate(admission);
  prepareCreate(context, object);
  const errors = [
    ...validateMetadata(resource, object),
    ...(resource.rules.validate?.(object) ?? []),
    ...(resource.custom?.validate(object, undefined) ?? []),
  ];
  if (errors.length) throw invalid(resource, metadata.name ?? '', errors);
  for (const each of resource.rules.warnings?.(object) ?? [])
    admission.warn(each);
  await machinery.admission.validate(admission);
  return store(context, object);
}

function store(
  context: RequestContext,
  object: KubernetesObject,
): KubernetesObject {
  const { machinery, resource } = context;
  const { metadata } = object;
  const taken = machinery.store.get(
    resource.collection,
    metadata.namespace,
    metadata.name,
  );
  if (taken) throw alreadyExists(groupResourceOf(resource), metadata.name);
  if (isDryRun(context)) return object;
  try {
    return machinery.store.create(
      resource.collection,
      storedObject(resource, object),
    );
  } catch (error) {
    if (error instanceof StoreExists)
      throw alreadyExists(groupResourceOf(resource), metadata.name);
    throw error;
  }
}

function prepareCreate(
  { resource }: RequestContext,
  object: KubernetesObject,
): void {
  const { rules, custom } = resource;
  if (custom ? true : rules.hasGeneration) object.metadata.generation = 1;
  else delete object.metadata.generation;
  if (resource.hasStatus && custom) delete object.status;
  rules.prepareCreate?.(object);
}

function assertNamespace(
  { resource, info }: RequestContext,
  { metadata }: KubernetesObject,
): void {
  if (!resource.namespaced) {
    if (metadata.namespace) delete metadata.namespace;
    return;
  }
  if (metadata.namespace && metadata.namespace !== info.namespace) {
    throw badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  }
  metadata.namespace = info.namespace;
}

/** Letters and digits that spell no words and are not mistaken for each other, as Kubernetes chooses them. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
const maximumPrefix = 58;

function generatedName(prefix: string): string {
  const suffix = Array.from(
    { length: 5 },
    () => alphabet[randomInt(alphabet.length)],
  ).join('');
  return prefix.slice(0, maximumPrefix) + suffix;
}
