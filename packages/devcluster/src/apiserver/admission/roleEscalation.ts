import type { Json } from '../../store/KubernetesObject';
import { isDeepStrictEqual } from 'node:util';
import { permits, type Attributes, type PolicyRule } from '../auth/Authorizer';
import { forbidden } from '../errors/ApiError';
import { groupResourceOf } from '../resources/ServedResource';
import type { AdmissionPlugin, AdmissionRequest } from './AdmissionChain';

const group = 'rbac.authorization.k8s.io';

/** Nobody gives rights away that they do not have, unless they may `escalate` or `bind`. */
export const roleEscalation: AdmissionPlugin = {
  validate(request) {
    const { resource, operation, user, object, old, name } = request;
    if (resource.group !== group || !object) return;
    if (operation !== 'CREATE' && operation !== 'UPDATE') return;
    if (user.groups.includes('system:masters')) return;
    const isBinding = resource.plural.endsWith('bindings');
    if (
      old &&
      isDeepStrictEqual(
        isBinding ? old.subjects : old.rules,
        isBinding ? object.subjects : object.rules,
      )
    ) {
      return;
    }
    if (mayAnyway(request, isBinding)) return;
    const rules = isBinding ? rulesOfRole(request) : object.rules ?? [];
    const missing = missingRules(request, rules);
    if (!missing.length) return;
    throw forbidden(
      groupResourceOf(resource),
      name,
      `user ${JSON.stringify(user.username)} (groups=[${user.groups
        .map(each => JSON.stringify(each))
        .join(
          ' ',
        )}]) is attempting to grant RBAC permissions not currently held:\n${missing
        .map(shownRule)
        .join('\n')}`,
    );
  },
};

function mayAnyway(
  { machinery, user, resource, namespace, object }: AdmissionRequest,
  isBinding: boolean,
): boolean {
  const target = isBinding
    ? {
        verb: 'bind',
        resource: object!.roleRef.kind === 'Role' ? 'roles' : 'clusterroles',
        name: object!.roleRef.name,
      }
    : {
        verb: 'escalate',
        resource: resource.plural,
        name: object!.metadata.name,
      };
  return machinery.authorizer.authorize(user, { group, namespace, ...target })
    .allowed;
}

function rulesOfRole({
  machinery,
  namespace,
  object,
}: AdmissionRequest): PolicyRule[] {
  const { kind, name } = object!.roleRef;
  const role =
    kind === 'Role'
      ? machinery.store.get(`${group}/roles`, namespace, name)
      : machinery.store.get(`${group}/clusterroles`, undefined, name);
  return role?.rules ?? [];
}

function missingRules(
  { machinery, user, namespace }: AdmissionRequest,
  rules: PolicyRule[],
): PolicyRule[] {
  const held = [...machinery.authorizer.rulesOf(user, namespace)].map(
    each => each.rule,
  );
  return rules
    .flatMap(atoms)
    .filter(atom => !held.some(rule => covers(rule, atom)));
}

/** A rule taken apart: one verb on one resource each. */
function atoms({
  verbs,
  apiGroups = [],
  resources = [],
  resourceNames = [],
  nonResourceURLs = [],
}: PolicyRule): PolicyRule[] {
  const names = resourceNames.length ? resourceNames : [undefined];
  return verbs.flatMap(verb => [
    ...nonResourceURLs.map(url => ({ verbs: [verb], nonResourceURLs: [url] })),
    ...apiGroups.flatMap(apiGroup =>
      resources.flatMap(each =>
        names.map(name => ({
          verbs: [verb],
          apiGroups: [apiGroup],
          resources: [each],
          ...(name && { resourceNames: [name] }),
        })),
      ),
    ),
  ]);
}

function covers(rule: PolicyRule, atom: PolicyRule): boolean {
  const [verb] = atom.verbs;
  if (atom.nonResourceURLs)
    return permits(rule, { verb, path: atom.nonResourceURLs[0] });
  const [resource, subresource] = atom.resources![0].split('/');
  const attributes: Attributes = {
    verb,
    group: atom.apiGroups![0],
    resource,
    subresource,
    name: atom.resourceNames?.[0],
  };
  return permits(rule, attributes);
}

function shownRule(rule: PolicyRule): string {
  const fields: [string, Json][] = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['ResourceNames', rule.resourceNames],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['Verbs', rule.verbs],
  ];
  return `{${fields
    .filter(([, values]) => values?.length)
    .map(([name, values]) => `${name}:${JSON.stringify(values)}`)
    .join(', ')}}`;
}
