import type { Json } from '../../store/KubernetesObject';
import type { ListNode, TypeNode } from '../../schemas/TypeNode';
import type { FieldSet } from './FieldSet';
import { fieldType, granularityOf, isObject, itemKey } from './granularity';

/**
 * The value without the paths of `gone`, except what `kept` names at or below them. Containers that this empties go,
 * too, unless they are kept.
 */
export function removeFields(
  value: Json,
  type: TypeNode,
  gone: FieldSet,
  kept: FieldSet | undefined,
): Json {
  const granularity = granularityOf(type, value);
  if (granularity === 'fields' && isObject(value)) {
    const result: Record<string, Json> = {};
    for (const [name, each] of Object.entries(value)) {
      const key = `f:${name}`;
      const left = removeAt(each, fieldType(type, name), key, gone, kept);
      if (left !== undefined) result[name] = left;
    }
    return result;
  }
  if (granularity === 'items' && Array.isArray(value)) {
    const list = type as ListNode;
    return value
      .map(item => removeAt(item, list.items, itemKey(list, item), gone, kept))
      .filter(item => item !== undefined);
  }
  return value;
}

function removeAt(
  value: Json,
  type: TypeNode,
  key: string,
  gone: FieldSet,
  kept: FieldSet | undefined,
): Json {
  const goneInside = gone.children.get(key);
  const isGone = gone.members.has(key);
  if (!isGone && !goneInside) return value;
  const keptInside = kept?.children.get(key);
  const isKept = Boolean(
    kept?.members.has(key) || (keptInside && !keptInside.isEmpty),
  );
  if (isGone && !isKept) return undefined;
  if (!goneInside) return value;
  const left = removeFields(value, type, goneInside, keptInside);
  const isEmptied = isObject(left)
    ? Object.keys(left).length === 0
    : Array.isArray(left) && left.length === 0;
  return isEmptied && !isKept ? undefined : left;
}
