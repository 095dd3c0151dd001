import type {
  KubernetesObject,
  Namespace,
  ResourceType,
} from '@greenroom/controller-runtime';
import { groupOf } from '@greenroom/controller-runtime';

type Condition = NonNullable<
  NonNullable<Namespace['status']>['conditions']
>[number];

/** Objects of one kind that keep a namespace from going. */
export interface RemainingContent {
  type: ResourceType;
  objects: readonly KubernetesObject[];
}

/** Why a namespace that is being deleted is still there, in the words of Kubernetes. */
export function namespaceConditions(
  before: readonly Condition[],
  remaining: readonly RemainingContent[],
  now: number,
): Condition[] {
  const time = new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
  const condition = (
    type: string,
    isTrue: boolean,
    [yes, no]: [reason: string, reason: string],
    [bad, good]: [message: string, message: string],
  ): Condition => {
    const status = isTrue ? 'True' : 'False';
    const old = before.find(each => each.type === type);
    return {
      type,
      status,
      reason: isTrue ? yes : no,
      message: isTrue ? bad : good,
      lastTransitionTime:
        (old?.status === status && old.lastTransitionTime) || time,
    };
  };
  const finalizers = countFinalizers(remaining);
  const kinds = remaining
    .map(({ type, objects }) => {
      const group = groupOf(type);
      const name = group ? `${type.plural}.${group}` : `${type.plural}.`;
      return `${name} has ${objects.length} resource instances`;
    })
    .sort();
  const keepers = [...finalizers]
    .map(([name, count]) => `${name} in ${count} resource instances`)
    .sort();
  return [
    condition(
      'NamespaceContentRemaining',
      kinds.length > 0,
      ['SomeResourcesRemain', 'ContentRemoved'],
      [
        `Some resources are remaining: ${kinds.join(', ')}`,
        'All content successfully removed',
      ],
    ),
    condition(
      'NamespaceFinalizersRemaining',
      keepers.length > 0,
      ['SomeFinalizersRemain', 'ContentHasNoFinalizers'],
      [
        `Some content in the namespace has finalizers remaining: ${keepers.join(
          ', ',
        )}`,
        'All content-preserving finalizers finished',
      ],
    ),
  ];
}

function countFinalizers(
  remaining: readonly RemainingContent[],
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { objects } of remaining) {
    for (const { metadata } of objects) {
      for (const name of metadata.finalizers ?? []) {
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    }
  }
  return counts;
}
