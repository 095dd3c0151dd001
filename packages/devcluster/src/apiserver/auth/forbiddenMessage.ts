import type { Attributes } from './Authorizer';
import type { UserInfo } from './UserInfo';

/** Why an action was refused, in the words of Kubernetes. */
export function forbiddenMessage(
  { username }: UserInfo,
  attributes: Attributes,
): string {
  const user = `User ${JSON.stringify(username)} cannot ${attributes.verb}`;
  if (attributes.resource === undefined)
    return `${user} path ${JSON.stringify(attributes.path)}`;
  const resource = attributes.subresource
    ? `${attributes.resource}/${attributes.subresource}`
    : attributes.resource;
  const what = `${user} resource "${resource}" in API group "${
    attributes.group ?? ''
  }"`;
  return attributes.namespace
    ? `${what} in the namespace "${attributes.namespace}"`
    : `${what} at the cluster scope`;
}
