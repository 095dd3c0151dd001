import type { Json, KubernetesObject } from '../../store/KubernetesObject';
import { objectMetaType } from '../../schemas/builtInTypes';
import { DecodeError, decodeTyped } from '../../schemas/decodeTyped';
import { pruneCustom } from '../../schemas/pruneCustom';
import { badRequest, type ApiError } from '../errors/ApiError';
import type { FieldValidation } from '../http/RequestContext';
import type { ServedResource } from '../resources/ServedResource';

export interface Decoding {
  validation: FieldValidation;
  duplicates: string[];
  warn(message: string): void;
  /** Turns what strict validation found into the answer; patches say it differently. */
  refuse?(message: string): ApiError;
}

/**
 * The object of a request body as the resource's type holds it: known fields only, defaults filled in.
 * @throws ApiError 400 if it is of another kind, has values of wrong types, or, strictly validated, unknown fields
 */
export function decodeObject(
  resource: ServedResource,
  value: Json,
  { validation, duplicates, warn, refuse }: Decoding,
): KubernetesObject {
  assertKind(resource, value);
  const unknown: string[] = [];
  let object: KubernetesObject;
  try {
    object = resource.custom
      ? decodeCustom(resource, value, unknown)
      : decodeTyped(
          { ...value, metadata: value.metadata ?? {} },
          resource.type,
          unknown,
        );
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw refuse
      ? refuse(error.message)
      : badRequest(cannotHandle(resource, error.message));
  }
  object.metadata ??= {} as KubernetesObject['metadata'];
  if (validation !== 'Ignore') {
    const found = [
      ...unknown.map(path => `unknown field "${path}"`),
      ...duplicates.map(path => `duplicate field "${path}"`),
    ];
    if (found.length && validation === 'Strict') {
      const message = `strict decoding error: ${found.join(', ')}`;
      throw refuse
        ? refuse(message)
        : badRequest(cannotHandle(resource, message));
    }
    for (const each of found) warn(each);
  }
  object.apiVersion = resource.apiVersion;
  object.kind = resource.kind;
  if (resource.custom) resource.custom.applyDefaults(object);
  else resource.rules.applyDefaults?.(object);
  return object;
}

function cannotHandle({ kind, version }: ServedResource, why: string): string {
  return `${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`;
}

function decodeCustom(
  resource: ServedResource,
  value: Json,
  unknown: string[],
): KubernetesObject {
  const { metadata, ...rest } = value;
  const pruned = resource.custom!.preserveUnknownFields
    ? rest
    : pruneCustom(rest, resource.type, unknown);
  return {
    ...pruned,
    metadata: decodeTyped(
      metadata ?? {},
      objectMetaType(),
      unknown,
      'metadata',
    ),
  };
}

function assertKind(resource: ServedResource, value: Json): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${
        resource.kind
      }): couldn't get version/kind; json parse error: json: cannot unmarshal ${
        Array.isArray(value) ? 'array' : typeof value
      } into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    );
  }
  const { apiVersion = '', kind = '' } = value;
  if (kind && kind !== resource.kind) {
    throw badRequest(
      resource.custom
        ? `the kind in the data (${kind}) does not match the expected kind (${resource.kind})`
        : `${kind} in version "${apiVersion}" cannot be handled as a ${resource.kind}: no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:111"`,
    );
  }
  if (apiVersion && apiVersion !== resource.apiVersion) {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${resource.apiVersion})`,
    );
  }
  if (resource.custom && (!kind || !apiVersion)) {
    throw badRequest(
      `Object '${kind ? 'apiVersion' : 'Kind'}' is missing in '${JSON.stringify(
        value,
      ).slice(0, 200)}'`,
    );
  }
}
