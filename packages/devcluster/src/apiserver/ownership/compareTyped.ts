import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../../store/KubernetesObject';
import type { ListNode, TypeNode } from '../../schemas/TypeNode';
import { FieldSet } from './FieldSet';
import { fieldType, granularityOf, isObject, itemKey } from './granularity';

/** Which paths differ between two states of an object. */
export interface Comparison {
  added: FieldSet;
  modified: FieldSet;
  removed: FieldSet;
}

export function compareTyped(
  before: Json,
  after: Json,
  type: TypeNode,
): Comparison {
  const result = {
    added: new FieldSet(),
    modified: new FieldSet(),
    removed: new FieldSet(),
  };
  compareInside(before, after, type, result);
  return result;
}

function compareInside(
  before: Json,
  after: Json,
  type: TypeNode,
  sets: Comparison,
): void {
  const granularity = granularityOf(type, before, after);
  if (granularity === 'fields') {
    const old = isObject(before) ? before : {};
    const now = isObject(after) ? after : {};
    for (const name of new Set([...Object.keys(old), ...Object.keys(now)])) {
      compareAt(`f:${name}`, old[name], now[name], fieldType(type, name), sets);
    }
  } else if (granularity === 'items') {
    const list = type as ListNode;
    const old = byKey(before, list);
    const now = byKey(after, list);
    for (const key of new Set([...old.keys(), ...now.keys()])) {
      compareAt(key, old.get(key), now.get(key), list.items, sets);
    }
  }
}

function compareAt(
  key: string,
  before: Json,
  after: Json,
  type: TypeNode,
  sets: Comparison,
): void {
  if (before === undefined && after === undefined) return;
  const isWhole = granularityOf(type, before, after) === 'whole';
  if (before === undefined) {
    sets.added.members.add(key);
  } else if (after === undefined) {
    sets.removed.members.add(key);
  } else if (isWhole) {
    if (before !== after && !isDeepStrictEqual(before, after))
      sets.modified.members.add(key);
    return;
  }
  if (isWhole) return;
  compareInside(before, after, type, {
    added: sets.added.descend(key),
    modified: sets.modified.descend(key),
    removed: sets.removed.descend(key),
  });
}

function byKey(list: Json, type: ListNode): Map<string, Json> {
  const items = new Map<string, Json>();
  for (const item of Array.isArray(list) ? list : [])
    items.set(itemKey(type, item), item);
  return items;
}
