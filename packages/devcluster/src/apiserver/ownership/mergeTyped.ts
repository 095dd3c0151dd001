import type { Json } from '../../store/KubernetesObject';
import type { ListNode, TypeNode } from '../../schemas/TypeNode';
import { fieldType, granularityOf, isObject, itemKey } from './granularity';

/** Lays an applied object over a live one. Neither is changed. */
export function mergeTyped(live: Json, applied: Json, type: TypeNode): Json {
  const granularity = granularityOf(type, live, applied);
  if (granularity === 'fields' && isObject(live) && isObject(applied)) {
    const result: Record<string, Json> = { ...live };
    for (const [name, value] of Object.entries(applied)) {
      result[name] =
        live[name] === undefined
          ? value
          : mergeTyped(live[name], value, fieldType(type, name));
    }
    return result;
  }
  if (
    granularity === 'items' &&
    Array.isArray(live) &&
    Array.isArray(applied)
  ) {
    return mergeItems(live, applied, type as ListNode);
  }
  return applied;
}

/** The applied order holds; items that only the live list has keep their place between their neighbours. */
function mergeItems(live: Json[], applied: Json[], type: ListNode): Json[] {
  const liveItems = new Map(live.map(item => [itemKey(type, item), item]));
  const appliedKeys = new Set(applied.map(item => itemKey(type, item)));
  const liveKeys = [...liveItems.keys()];
  const result: Json[] = [];
  let at = 0;
  const takeLiveOnly = () => {
    while (at < liveKeys.length && !appliedKeys.has(liveKeys[at])) {
      result.push(liveItems.get(liveKeys[at]));
      at += 1;
    }
  };
  for (const item of applied) {
    takeLiveOnly();
    const key = itemKey(type, item);
    const known = liveItems.get(key);
    result.push(
      known === undefined ? item : mergeTyped(known, item, type.items),
    );
    if (liveKeys[at] === key) at += 1;
    else if (at < liveKeys.length && known !== undefined) {
      liveKeys.splice(liveKeys.indexOf(key, at), 1);
    }
  }
  takeLiveOnly();
  return result;
}
