import type { Json } from '../../store/KubernetesObject';
import { evaluateCondition } from '../cel/evaluateCondition';
import type { AdmissionRequest } from '../admission/AdmissionChain';
import { labelSelectorOf } from '../selectors/LabelSelector';

const has = (values: string[] | undefined, value: string): boolean =>
  Boolean(values?.includes('*') || values?.includes(value));

/** Whether one rule of a webhook names what happens. */
function ruleFits(
  rule: Json,
  { operation, resource, subresource }: AdmissionRequest,
): boolean {
  const scope = rule.scope ?? '*';
  if (scope === 'Namespaced' && !resource.namespaced) return false;
  if (scope === 'Cluster' && resource.namespaced) return false;
  if (!has(rule.operations, operation)) return false;
  if (
    !has(rule.apiGroups, resource.group) ||
    !has(rule.apiVersions, resource.version)
  )
    return false;
  return (rule.resources ?? []).some((each: string) => {
    const [plural, inner] = each.split('/');
    if (plural !== '*' && plural !== resource.plural) return false;
    if (inner === undefined) return subresource === undefined;
    return inner === '*' || inner === subresource;
  });
}

/**
 * Whether a webhook wants to be asked.
 * @throws Error if one of its conditions fails to evaluate
 */
export function matchWebhook(
  webhook: Json,
  request: AdmissionRequest,
): boolean {
  const { resource, object, old, machinery, namespace } = request;
  // A webhook could lock out its own repair.
  if (resource.group === 'admissionregistration.k8s.io') return false;
  if (!(webhook.rules ?? []).some((rule: Json) => ruleFits(rule, request)))
    return false;
  const inNamespace = labelSelectorOf(webhook.namespaceSelector);
  if (resource.collection === '/namespaces') {
    if (!inNamespace((object ?? old)?.metadata.labels)) return false;
  } else if (namespace !== undefined) {
    const place = machinery.store.get('/namespaces', undefined, namespace);
    if (!inNamespace(place?.metadata.labels)) return false;
  }
  const isSelected = labelSelectorOf(webhook.objectSelector);
  if (![object, old].some(each => each && isSelected(each.metadata.labels)))
    return false;
  return (webhook.matchConditions ?? []).every((condition: Json) =>
    evaluateCondition(condition.expression, {
      object: object ?? null,
      oldObject: old ?? null,
      request: requestVariable(request),
    }),
  );
}

/** What conditions and reviews call `request`. */
export function requestVariable(request: AdmissionRequest): Json {
  const {
    operation,
    resource,
    subresource,
    namespace,
    name,
    user,
    dryRun,
    options,
  } = request;
  const { group, version, kind, plural } = resource;
  const both = {
    kind: { group, version, kind },
    resource: { group, version, resource: plural },
  };
  return {
    ...both,
    ...(subresource && { subResource: subresource }),
    requestKind: both.kind,
    requestResource: both.resource,
    ...(subresource && { requestSubResource: subresource }),
    ...(name && { name }),
    ...(namespace && { namespace }),
    operation,
    userInfo: {
      username: user.username,
      ...(user.uid && { uid: user.uid }),
      groups: user.groups,
      ...(Object.keys(user.extra).length && { extra: user.extra }),
    },
    dryRun,
    options,
  };
}
