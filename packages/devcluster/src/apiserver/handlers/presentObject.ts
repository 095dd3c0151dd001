import type { KubernetesObject } from '../../store/KubernetesObject';
import { pruneCustom } from '../../schemas/pruneCustom';
import { eventFromCore } from '../kinds/eventConversion';
import type { ServedResource } from '../resources/ServedResource';

const presented = new WeakMap<
  KubernetesObject,
  Map<ServedResource, KubernetesObject>
>();

/** A stored object in the version of the resource. Custom objects get that version's defaults and lose what it lacks. */
export function presentObject(
  resource: ServedResource,
  stored: KubernetesObject,
): KubernetesObject {
  if (!resource.custom && stored.apiVersion === resource.apiVersion)
    return stored;
  let versions = presented.get(stored);
  if (!versions) presented.set(stored, (versions = new Map()));
  let object = versions.get(resource);
  if (!object) versions.set(resource, (object = convert(resource, stored)));
  return object;
}

function convert(
  resource: ServedResource,
  stored: KubernetesObject,
): KubernetesObject {
  if (!resource.custom) return eventFromCore(stored);
  const { metadata, ...rest } = stored;
  const pruned = resource.custom.preserveUnknownFields
    ? structuredClone(rest)
    : pruneCustom(structuredClone(rest), resource.type, []);
  const object: KubernetesObject = {
    ...pruned,
    apiVersion: resource.apiVersion,
    kind: resource.kind,
    metadata,
  };
  resource.custom.applyDefaults(object);
  return object;
}
