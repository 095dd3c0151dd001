import type { Json } from '../../store/KubernetesObject';
import type { ListNode, TypeNode } from '../../schemas/TypeNode';
import { FieldSet } from './FieldSet';
import {
  fieldType,
  granularityOf,
  isMapItem,
  isObject,
  itemKey,
} from './granularity';

/** The paths that an applied object names. */
export function fieldSetOf(value: Json, type: TypeNode): FieldSet {
  const set = new FieldSet();
  collect(value, type, set);
  return set;
}

function collect(value: Json, type: TypeNode, set: FieldSet): void {
  const granularity = granularityOf(type, value);
  if (granularity === 'fields' && isObject(value)) {
    for (const [name, each] of Object.entries(value)) {
      const key = `f:${name}`;
      const inner = fieldType(type, name);
      const isEmpty =
        each === null || (isObject(each) && Object.keys(each).length === 0);
      if (
        isEmpty ||
        isMapItem(type, name) ||
        granularityOf(inner, each) === 'whole'
      ) {
        set.members.add(key);
      }
      descend(each, inner, key, set);
    }
  } else if (granularity === 'items' && Array.isArray(value)) {
    for (const item of value) {
      const key = itemKey(type as ListNode, item);
      set.members.add(key);
      descend(item, (type as ListNode).items, key, set);
    }
  }
}

function descend(
  value: Json,
  type: TypeNode,
  key: string,
  set: FieldSet,
): void {
  if (
    granularityOf(type, value) === 'whole' ||
    value === null ||
    typeof value !== 'object'
  )
    return;
  collect(value, type, set.descend(key));
}
