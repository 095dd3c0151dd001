import type { Json, KubernetesObject } from '../../store/KubernetesObject';
import type { ObjectStore } from '../../store/ObjectStore';
import type { UserInfo } from './UserInfo';

/** One action that someone wants to do. */
export interface Attributes {
  verb: string;
  /** With `resource`: what is acted on. */
  group?: string;
  resource?: string;
  subresource?: string;
  namespace?: string;
  name?: string;
  /** For requests outside of resources. */
  path?: string;
}

export interface PolicyRule {
  verbs: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

export interface Decision {
  allowed: boolean;
  reason: string;
}

const rbac = 'rbac.authorization.k8s.io';

/** Decides by the roles and bindings that are stored. */
export class Authorizer {
  constructor(private readonly store: ObjectStore) {}

  authorize(user: UserInfo, attributes: Attributes): Decision {
    if (user.groups.includes('system:masters'))
      return { allowed: true, reason: '' };
    for (const { rule, because } of this.rulesOf(user, attributes.namespace)) {
      if (permits(rule, attributes)) return { allowed: true, reason: because };
    }
    return { allowed: false, reason: '' };
  }

  /** All rules that hold for a user, cluster-wide and in a namespace. */
  *rulesOf(
    user: UserInfo,
    namespace: string | undefined,
  ): Iterable<{ rule: PolicyRule; because: string }> {
    for (const binding of this.store.each(`${rbac}/clusterrolebindings`)) {
      const subject = subjectOf(binding, user);
      if (!subject) continue;
      const because = `RBAC: allowed by ClusterRoleBinding "${binding.metadata.name}" of ClusterRole "${binding.roleRef.name}" to ${subject}`;
      for (const rule of this.roleRules(binding, undefined))
        yield { rule, because };
    }
    if (!namespace) return;
    for (const binding of this.store.each(`${rbac}/rolebindings`, namespace)) {
      const subject = subjectOf(binding, user);
      if (!subject) continue;
      const because = `RBAC: allowed by RoleBinding "${binding.metadata.name}/${namespace}" of ${binding.roleRef.kind} "${binding.roleRef.name}" to ${subject}`;
      for (const rule of this.roleRules(binding, namespace))
        yield { rule, because };
    }
  }

  private roleRules(
    { roleRef }: KubernetesObject,
    namespace: string | undefined,
  ): PolicyRule[] {
    const role =
      roleRef.kind === 'Role'
        ? this.store.get(`${rbac}/roles`, namespace, roleRef.name)
        : this.store.get(`${rbac}/clusterroles`, undefined, roleRef.name);
    return role?.rules ?? [];
  }
}

function subjectOf(
  { subjects = [], metadata }: KubernetesObject,
  user: UserInfo,
): string | undefined {
  for (const {
    kind,
    name,
    namespace = metadata.namespace,
  } of subjects as Json[]) {
    if (kind === 'User' && name === user.username) return `User "${name}"`;
    if (kind === 'Group' && user.groups.includes(name))
      return `Group "${name}"`;
    if (
      kind === 'ServiceAccount' &&
      user.username === `system:serviceaccount:${namespace}:${name}`
    ) {
      return `ServiceAccount "${name}/${namespace}"`;
    }
  }
  return undefined;
}

const has = (values: string[] | undefined, value: string) =>
  Boolean(values?.includes('*') || values?.includes(value));

/** Whether one rule permits an action. */
export function permits(rule: PolicyRule, attributes: Attributes): boolean {
  if (!has(rule.verbs, attributes.verb)) return false;
  if (attributes.resource === undefined) {
    const path = attributes.path ?? '';
    return Boolean(
      rule.nonResourceURLs?.some(
        each =>
          each === path ||
          (each.endsWith('*') && path.startsWith(each.slice(0, -1))),
      ),
    );
  }
  if (!has(rule.apiGroups, attributes.group ?? '')) return false;
  const { resource, subresource } = attributes;
  const full = subresource ? `${resource}/${subresource}` : resource;
  const fits = rule.resources?.some(
    each =>
      each === '*' ||
      each === full ||
      (subresource && each === `*/${subresource}`),
  );
  if (!fits) return false;
  return (
    !rule.resourceNames?.length ||
    rule.resourceNames.includes(attributes.name ?? '')
  );
}
