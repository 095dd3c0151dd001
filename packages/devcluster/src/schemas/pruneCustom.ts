import type { Json } from '../store/KubernetesObject';
import { objectMetaType } from './builtInTypes';
import { decodeTyped } from './decodeTyped';
import type { FieldNode, StructNode, TypeNode } from './TypeNode';

const topLevel = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * A custom object without the fields its schema does not know; values of wrong types stay for validation to refuse.
 * The paths of what went are added to `unknown`.
 */
export function pruneCustom(
  value: Json,
  type: StructNode,
  unknown: string[],
): Json {
  return pruneStruct(value, type, '', unknown, true);
}

function prune(
  value: Json,
  type: TypeNode,
  at: string,
  unknown: string[],
): Json {
  if (value === null || typeof value !== 'object') return value;
  switch (type.kind) {
    case 'struct':
      return Array.isArray(value)
        ? value
        : pruneStruct(value, type, at, unknown, type.embedded);
    case 'map':
      if (Array.isArray(value)) return value;
      return Object.fromEntries(
        Object.entries(value).map(([key, each]) => [
          key,
          prune(each, type.values, at ? `${at}.${key}` : key, unknown),
        ]),
      );
    case 'list':
      if (!Array.isArray(value)) return value;
      return value.map((each, index) =>
        prune(each, type.items, `${at}[${index}]`, unknown),
      );
    default:
      return value;
  }
}

function pruneStruct(
  value: Json,
  type: StructNode,
  at: string,
  unknown: string[],
  isObjectRoot: boolean,
): Json {
  const result: Record<string, Json> = {};
  for (const [key, each] of Object.entries(value)) {
    const path = at ? `${at}.${key}` : key;
    const field: FieldNode | undefined = type.fields.get(key);
    if (isObjectRoot && topLevel.has(key)) {
      result[key] =
        key === 'metadata' && at && each && typeof each === 'object'
          ? decodeTyped(each, objectMetaType(), unknown, path)
          : each;
    } else if (field) {
      // A null where the schema has a default and allows none counts as absent.
      if (
        each === null &&
        !field.type.nullable &&
        field.type.default !== undefined
      )
        continue;
      result[key] = prune(each, field.type, path, unknown);
    } else if (type.open) {
      result[key] = each;
    } else {
      unknown.push(path);
    }
  }
  return result;
}
