import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../../store/KubernetesObject';
import type { FieldNode, TypeNode } from '../../schemas/TypeNode';
import { badRequest } from '../errors/ApiError';

const directive = '$patch';
const retainKeys = '$retainKeys';
const deletePrimitives = '$deleteFromPrimitiveList/';
const setOrder = '$setElementOrder/';

const anything: TypeNode = { kind: 'any', goType: '', embedded: false };

/** Strategic merge patch: a merge patch that knows which lists merge by a key. Neither argument is changed. */
export function strategicMergePatch(
  target: Json,
  patch: Json,
  type: TypeNode,
): Json {
  if (!isObject(patch)) return patch;
  return mergeObjects(isObject(target) ? target : {}, patch, type);
}

function mergeObjects(
  target: Record<string, Json>,
  patch: Record<string, Json>,
  type: TypeNode,
) {
  switch (patch[directive]) {
    case undefined:
    case 'merge':
      break;
    case 'replace':
      return withoutDirectives(patch);
    case 'delete':
      return {};
    default:
      throw badRequest(`unknown patch type found: ${patch[directive]}`);
  }
  const result: Record<string, Json> = {};
  const retained: string[] | undefined = patch[retainKeys];
  for (const [key, value] of Object.entries(target)) {
    if (!retained || retained.includes(key)) result[key] = value;
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key === directive || key === retainKeys) continue;
    if (key.startsWith(deletePrimitives)) {
      const name = key.slice(deletePrimitives.length);
      result[name] = (result[name] ?? []).filter(
        (each: Json) => !value.includes(each),
      );
      continue;
    }
    if (key.startsWith(setOrder)) continue;
    if (value === null) {
      delete result[key];
      continue;
    }
    const field = type.kind === 'struct' ? type.fields.get(key) : undefined;
    const inner = field?.type ?? (type.kind === 'map' ? type.values : anything);
    result[key] = mergeValue(
      result[key],
      value,
      inner,
      field,
      patch[setOrder + key],
    );
  }
  // An order can also be given for a list that the patch does not otherwise touch.
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(setOrder)) continue;
    const name = key.slice(setOrder.length);
    if (patch[name] !== undefined || !Array.isArray(result[name])) continue;
    const field = type.kind === 'struct' ? type.fields.get(name) : undefined;
    result[name] = ordered(result[name], order, field?.patchMergeKey);
  }
  return result;
}

function mergeValue(
  target: Json,
  patch: Json,
  type: TypeNode,
  field: FieldNode | undefined,
  order: Json[] | undefined,
): Json {
  if (isObject(patch)) {
    if (field?.patchStrategies.includes('replace'))
      return withoutDirectives(patch);
    if (type.kind === 'any' && type.goType) return patch;
    return mergeObjects(isObject(target) ? target : {}, patch, type);
  }
  if (Array.isArray(patch) && field?.patchStrategies.includes('merge')) {
    const items = type.kind === 'list' ? type.items : anything;
    const merged = mergeList(
      Array.isArray(target) ? target : [],
      patch,
      items,
      field.patchMergeKey,
    );
    return order ? ordered(merged, order, field.patchMergeKey) : merged;
  }
  return Array.isArray(patch)
    ? patch.filter(each => !isObject(each) || !each[directive])
    : patch;
}

function mergeList(
  target: Json[],
  patch: Json[],
  items: TypeNode,
  key: string | undefined,
): Json[] {
  if (patch.some(each => isObject(each) && each[directive] === 'replace')) {
    return patch.filter(each => each[directive] !== 'replace');
  }
  if (!key) {
    return [
      ...target,
      ...patch.filter(
        each => !target.some(known => isDeepStrictEqual(known, each)),
      ),
    ];
  }
  const result = [...target];
  for (const each of patch) {
    const value = each?.[key];
    if (value === undefined) {
      throw badRequest(
        `map: ${JSON.stringify(
          each,
        )} does not contain declared merge key: ${key}`,
      );
    }
    const at = result.findIndex(known => known?.[key] === value);
    if (each[directive] === 'delete') {
      if (at >= 0) result.splice(at, 1);
    } else if (at >= 0) {
      result[at] = mergeObjects(result[at], each, items);
    } else {
      result.push(mergeObjects({}, each, items));
    }
  }
  return result;
}

/** The items in the given order; those it does not name keep their place after their predecessor. */
function ordered(list: Json[], order: Json[], key: string | undefined): Json[] {
  const identity = (each: Json) => JSON.stringify(key ? each?.[key] : each);
  const wanted = order.map(identity);
  const items = new Map(list.map(each => [identity(each), each]));
  const named = wanted.filter(each => items.has(each));
  const result: Json[] = [];
  let at = 0;
  for (const item of list) {
    if (wanted.includes(identity(item))) {
      if (at < named.length) result.push(items.get(named[at]));
      at += 1;
    } else {
      result.push(item);
    }
  }
  return result;
}

function withoutDirectives(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutDirectives);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.startsWith('$'))
      .map(([key, each]) => [key, withoutDirectives(each)]),
  );
}

function isObject(value: Json): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
