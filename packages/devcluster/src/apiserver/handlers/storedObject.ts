import type { KubernetesObject } from '../../store/KubernetesObject';
import { eventToCore } from '../kinds/eventConversion';
import type { ServedResource } from '../resources/ServedResource';

/** An object as it is stored: in the collection's one version. */
export function storedObject(
  resource: ServedResource,
  object: KubernetesObject,
): KubernetesObject {
  if (resource.storedApiVersion === object.apiVersion) return object;
  if (!resource.custom) return eventToCore(object);
  return { ...object, apiVersion: resource.storedApiVersion };
}
