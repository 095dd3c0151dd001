import { parse as parseYaml } from 'yaml';
import { decodeTyped } from '../../schemas/decodeTyped';
import type { Json, KubernetesObject } from '../../store/KubernetesObject';
import {
  ApiError,
  badRequest,
  notFound,
  unsupportedMediaType,
} from '../errors/ApiError';
import { fieldError, invalid } from '../errors/FieldError';
import { readBody } from '../http/readBody';
import { duplicateFields } from '../http/duplicateFields';
import { isTrue } from '../http/RequestInfo';
import { created, ok, type Reply } from '../http/Reply';
import {
  fieldValidationOf,
  warnings,
  type RequestContext,
} from '../http/RequestContext';
import { represent, representationOf } from '../http/Representation';
import { applyConfiguration } from '../ownership/applyConfiguration';
import { jsonPatch } from '../patch/jsonPatch';
import { mergePatch } from '../patch/mergePatch';
import { strategicMergePatch } from '../patch/strategicMergePatch';
import { groupResourceOf } from '../resources/ServedResource';
import { createDecoded } from './createObject';
import { decodeObject } from './decodeObject';
import { findStored } from './getObject';
import { presentObject } from './presentObject';
import { replaceObject } from './replaceObject';
import { writerOf } from './writerOf';

type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

const patchTypes: Record<string, PatchType> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

/** `PATCH` of one object or its status. */
export async function patchObject(context: RequestContext): Promise<Reply> {
  const { request, resource, info, machinery } = context;
  const representation = representationOf(request, info.query);
  const type = patchTypeOf(context);
  const body = (await readBody(request)).toString('utf8');
  const { stored, isNew } =
    type === 'apply'
      ? await apply(context, body)
      : await patch(context, type, body);
  const reply = represent(
    representation,
    resource,
    presentObject(resource, stored),
    machinery.now(),
  );
  return isNew ? created(reply) : ok(reply);
}

function patchTypeOf({ request, resource }: RequestContext): PatchType {
  const contentType = (request.headers['content-type'] ?? '')
    .split(';')[0]
    .trim();
  const accepted = Object.keys(patchTypes).filter(
    each => !resource.custom || patchTypes[each] !== 'strategic',
  );
  if (!accepted.includes(contentType)) throw unsupportedMediaType(accepted);
  return patchTypes[contentType];
}

interface Patched {
  stored: KubernetesObject;
  isNew: boolean;
}

async function patch(
  context: RequestContext,
  type: PatchType,
  body: string,
): Promise<Patched> {
  const { resource, info } = context;
  if (info.query.get('force')) {
    throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [
      fieldError.forbidden('force', 'may not be specified for non-apply patch'),
    ]);
  }
  const operations = parsePatch(body);
  const validation = fieldValidationOf(context);
  const duplicates = validation === 'Ignore' ? [] : duplicateFields(body);
  const stored = await replaceObject(
    context,
    () => findStored(context),
    live => {
      const patched = patchedValue(type, live, operations, resource.type);
      const object = decodeObject(resource, patched, {
        validation,
        duplicates,
        warn: warnings(context),
        refuse: message =>
          invalid({ group: '', kind: '' }, '', [
            fieldError.invalid(
              'patch',
              shownPatch(type, patched, operations),
              message,
            ),
          ]),
      });
      assertSameName(object, live);
      assertSameUid(context, object, live);
      return { object };
    },
  );
  return { stored, isNew: false };
}

function patchedValue(
  type: PatchType,
  live: KubernetesObject,
  operations: Json,
  node: RequestContext['resource']['type'],
): Json {
  switch (type) {
    case 'json':
      return jsonPatch(live, operations);
    case 'merge':
      return structuredClone(mergePatch(live, operations));
    default:
      return structuredClone(strategicMergePatch(live, operations, node));
  }
}

/** What a refusal shows: the whole patched object, or, for strategic patches, the patch as Go prints a map. */
function shownPatch(type: PatchType, patched: Json, operations: Json): string {
  return type === 'strategic' ? goText(operations) : JSON.stringify(patched);
}

function goText(value: Json): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (typeof value !== 'object') return String(value);
  const entries = Object.keys(value)
    .sort()
    .map(key => `${key}:${goText(value[key])}`);
  return `map[${entries.join(' ')}]`;
}

function parsePatch(body: string): Json {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw badRequest(`error decoding patch: ${(error as Error).message}`);
  }
}

function assertSameName(
  object: KubernetesObject,
  live: KubernetesObject,
): void {
  if (object.metadata.name !== live.metadata.name) {
    throw badRequest(
      `the name of the object (${object.metadata.name}) does not match the name on the URL (${live.metadata.name})`,
    );
  }
}

function assertSameUid(
  { resource }: RequestContext,
  { metadata }: KubernetesObject,
  live: KubernetesObject,
): void {
  if (!metadata.uid || metadata.uid === live.metadata.uid) return;
  throw invalid(resource, live.metadata.name, [
    fieldError.invalid('metadata.uid', metadata.uid, 'field is immutable'),
  ]);
}

async function apply(context: RequestContext, body: string): Promise<Patched> {
  const { resource, info, machinery } = context;
  if (!info.query.get('fieldManager')) {
    throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [
      fieldError.required('fieldManager', 'is required for apply patch'),
    ]);
  }
  const force = isTrue(info.query.get('force'));
  const value = parseApplied(body);
  if (value?.metadata?.managedFields?.length) {
    throw badRequest('metadata.managedFields must be nil');
  }
  assertApplied(context, value);
  const validation = fieldValidationOf(context);
  // Defaults would make the applier own what it did not name, so they come only once everything is merged.
  if (!resource.custom) assertDeclared(context, value);
  const applied = decodeObject(
    withoutDefaults(resource),
    {
      ...value,
      metadata: { ...value.metadata, name: value.metadata?.name ?? info.name },
    },
    { validation, duplicates: [], warn: warnings(context) },
  );
  if (applied.metadata.name !== info.name) {
    throw badRequest(
      `the name of the object (${applied.metadata.name}) does not match the name on the URL (${info.name})`,
    );
  }
  if (resource.namespaced) applied.metadata.namespace ??= info.namespace;
  const complete = (live: KubernetesObject | undefined) => {
    const merged = applyConfiguration(
      live,
      applied,
      resource.type,
      writerOf(context),
      force,
    );
    return decodeObject(resource, structuredClone(merged), {
      validation: 'Ignore',
      duplicates: [],
      warn: () => {},
    });
  };
  const exists = machinery.store.get(
    resource.collection,
    resource.namespaced ? info.namespace : undefined,
    info.name!,
  );
  if (!exists) {
    if (info.subresource) throw notFound(groupResourceOf(resource), info.name!);
    if (applied.metadata.uid) {
      throw new ApiError(
        409,
        'Conflict',
        `Operation cannot be fulfilled on ${resource.plural} "${info.name}": uid mismatch: the provided object specified uid ${applied.metadata.uid}, and no existing object was found`,
      );
    }
    return {
      stored: await createDecoded(context, complete(undefined), true),
      isNew: true,
    };
  }
  const stored = await replaceObject(
    context,
    () => findStored(context),
    live => ({ object: complete(live), owned: true }),
  );
  return { stored, isNew: false };
}

/** What is applied is typed by the schema before it is decoded, so a field that it lacks is refused in any mode. */
function assertDeclared({ resource }: RequestContext, value: Json): void {
  const unknown: string[] = [];
  try {
    decodeTyped(value, resource.type, unknown);
  } catch {
    // A value of a wrong type is refused by decoding, in its own words.
    return;
  }
  if (!unknown.length) return;
  const { name = '', namespace = '' } = value.metadata ?? {};
  throw new ApiError(
    500,
    '',
    `failed to create typed patch object (${namespace}/${name}; ${resource.apiVersion}, Kind=${resource.kind}): .${unknown[0]}: field not declared in schema`,
  );
}

export function parseApplied(body: string): Json {
  try {
    return body.trimStart().startsWith('{')
      ? JSON.parse(body)
      : parseYaml(body);
  } catch (error) {
    throw badRequest(`error decoding YAML: ${(error as Error).message}`);
  }
}

function assertApplied({ resource }: RequestContext, value: Json): void {
  if (value?.kind && value?.apiVersion) return;
  throw badRequest(
    `Object 'Kind' is missing in '${JSON.stringify(value ?? null).slice(
      0,
      200,
    )}'. Apply needs apiVersion: ${resource.apiVersion} and kind: ${
      resource.kind
    }.`,
  );
}

function withoutDefaults(
  resource: RequestContext['resource'],
): RequestContext['resource'] {
  return {
    ...resource,
    rules: {},
    ...(resource.custom && {
      custom: { ...resource.custom, applyDefaults: () => {} },
    }),
  };
}
