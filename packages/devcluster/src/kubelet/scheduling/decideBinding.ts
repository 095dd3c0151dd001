import type { Node, Pod } from '@greenroom/controller-runtime';

/** Where a pod goes. */
export type BindingDecision =
  | { act: 'bind'; node: string }
  | { act: 'reject'; message: string }
  /** It has a node, belongs to another scheduler, is gated or is going away. */
  | { act: 'none' };

type Affinity = NonNullable<NonNullable<Pod['spec']>['affinity']>;
type Term = NonNullable<
  NonNullable<
    Affinity['nodeAffinity']
  >['requiredDuringSchedulingIgnoredDuringExecution']
>['nodeSelectorTerms'][number];
type Requirement = NonNullable<Term['matchExpressions']>[number];

/** Binds a pod to the only node, unless it asks for what the node is not. Resources are hints and keep no pod away. */
export function decideBinding(
  pod: Pod,
  node: Node | undefined,
): BindingDecision {
  const spec = pod.spec!;
  const isOurs =
    (spec.schedulerName ?? 'default-scheduler') === 'default-scheduler';
  if (
    spec.nodeName ||
    pod.metadata.deletionTimestamp ||
    spec.schedulingGates?.length ||
    !isOurs
  ) {
    return { act: 'none' };
  }
  if (!node) {
    return { act: 'reject', message: 'no nodes available to schedule pods' };
  }
  const reason = whyNot(pod, node);
  return reason
    ? { act: 'reject', message: `0/1 nodes are available: 1 ${reason}.` }
    : { act: 'bind', node: node.metadata.name! };
}

function whyNot(pod: Pod, node: Node): string | undefined {
  const { nodeSelector = {}, affinity, tolerations = [] } = pod.spec!;
  const labels = node.metadata.labels ?? {};
  if (node.spec?.unschedulable) {
    const isTolerated = tolerations.some(
      ({ key }) => !key || key === 'node.kubernetes.io/unschedulable',
    );
    if (!isTolerated) return 'node(s) were unschedulable';
  }
  const isSelected = Object.entries(nodeSelector).every(
    ([key, value]) => labels[key] === value,
  );
  const terms =
    affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
      ?.nodeSelectorTerms;
  const isWanted = !terms || terms.some(term => matches(term, node));
  return isSelected && isWanted
    ? undefined
    : "node(s) didn't match Pod's node affinity/selector";
}

/** A term without any requirement matches nothing. */
function matches(term: Term, node: Node): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  if (!matchExpressions.length && !matchFields.length) return false;
  const labels = node.metadata.labels ?? {};
  const fields: Record<string, string | undefined> = {
    'metadata.name': node.metadata.name,
  };
  return (
    matchExpressions.every(each => satisfies(labels[each.key], each)) &&
    matchFields.every(each => satisfies(fields[each.key], each))
  );
}

function satisfies(
  value: string | undefined,
  { operator, values = [] }: Requirement,
): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return Number(value) > Number(values[0]);
    case 'Lt':
      return Number(value) < Number(values[0]);
    default:
      return false;
  }
}
