import type { ResourceType } from '../objects/ResourceType';

/** The path of a collection or an object below the API server's base URL. */
export function resourcePath(
  type: ResourceType,
  target: { namespace?: string; name?: string; subresource?: string } = {},
): string {
  const base = type.apiVersion.includes('/') ? '/apis/' : '/api/';
  let path = base + type.apiVersion;
  if (target.namespace && type.scope === 'Namespaced') {
    path += `/namespaces/${encodeURIComponent(target.namespace)}`;
  }
  path += `/${type.plural}`;
  if (target.name !== undefined) path += `/${encodeURIComponent(target.name)}`;
  if (target.subresource) path += `/${target.subresource}`;
  return path;
}
