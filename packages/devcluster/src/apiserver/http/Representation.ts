import type { IncomingMessage } from 'node:http';
import type { Json, KubernetesObject } from '../../store/KubernetesObject';
import type { ServedResource } from '../resources/ServedResource';
import {
  partialMetadata,
  toTable,
  type IncludeObject,
} from '../tables/toTable';
import { badRequest, notAcceptable } from '../errors/ApiError';

/** In which form objects are answered. */
export type Representation =
  | { form: 'object' }
  | { form: 'metadata' }
  | { form: 'table'; include: IncludeObject };

/** Chooses by the `Accept` header. @throws ApiError 406 if nothing offered can be sent */
export function representationOf(
  request: IncomingMessage,
  query: URLSearchParams,
): Representation {
  const accept = request.headers.accept;
  if (!accept) return { form: 'object' };
  for (const choice of accept.split(',')) {
    const [type, ...parameters] = choice.split(';').map(each => each.trim());
    const isJson = [
      'application/json',
      'application/yaml',
      'application/*',
      '*/*',
    ].includes(type);
    if (!isJson) continue;
    const as = parameters.find(each => each.startsWith('as='))?.slice(3);
    const version = parameters.find(each => each.startsWith('v='))?.slice(2);
    if (!as) return { form: 'object' };
    if (version !== 'v1' && version !== undefined) continue;
    if (as === 'Table') return { form: 'table', include: includeOf(query) };
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') {
      return { form: 'metadata' };
    }
  }
  throw notAcceptable();
}

function includeOf(query: URLSearchParams): IncludeObject {
  const include = query.get('includeObject') || 'Metadata';
  if (include === 'None' || include === 'Metadata' || include === 'Object')
    return include;
  throw badRequest(
    `unrecognized includeObject value: ${JSON.stringify(include)}`,
  );
}

/** One object in the asked form. */
export function represent(
  representation: Representation,
  resource: ServedResource,
  object: KubernetesObject,
  now: number,
): Json {
  switch (representation.form) {
    case 'metadata':
      return partialMetadata(object);
    case 'table':
      return toTable(
        resource,
        [object],
        { resourceVersion: object.metadata.resourceVersion },
        representation.include,
        now,
      );
    default:
      return object;
  }
}

/** A list in the asked form. */
export function representList(
  representation: Representation,
  resource: ServedResource,
  items: KubernetesObject[],
  metadata: Json,
  now: number,
): Json {
  switch (representation.form) {
    case 'metadata':
      return {
        kind: 'PartialObjectMetadataList',
        apiVersion: 'meta.k8s.io/v1',
        metadata,
        items: items.map(partialMetadata),
      };
    case 'table':
      return toTable(resource, items, metadata, representation.include, now);
    default:
      return {
        kind: resource.listKind,
        apiVersion: resource.apiVersion,
        metadata,
        // Items of built-in lists do not repeat what the list says.
        items: resource.custom
          ? items
          : items.map(({ kind: _, apiVersion: __, ...rest }) => rest),
      };
  }
}
