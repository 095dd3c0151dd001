import type { Json, KubernetesObject } from '../../store/KubernetesObject';
import type { ServedResource } from '../resources/ServedResource';

export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** The `Table` of some objects. Watches send the columns only with their first one. */
export function toTable(
  resource: ServedResource,
  objects: KubernetesObject[],
  metadata: Json,
  include: IncludeObject,
  now: number,
  withColumns = true,
): Json {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: withColumns
      ? resource.columns.map(
          ({ name, type, format, description, priority }) => ({
            name,
            type,
            format,
            description,
            priority,
          }),
        )
      : null,
    rows: objects.map(object => ({
      cells: resource.columns.map(({ cell }) => cell(object, now) ?? null),
      object: included(object, include),
    })),
  };
}

/** Only the metadata of an object. */
export function partialMetadata({ metadata }: KubernetesObject): Json {
  return {
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
  };
}

function included(object: KubernetesObject, include: IncludeObject): Json {
  if (include === 'None') return null;
  return include === 'Object' ? object : partialMetadata(object);
}
