import type { Json } from '../../store/KubernetesObject';
import type { ListNode, TypeNode } from '../../schemas/TypeNode';

const deduced: TypeNode = { kind: 'any', goType: '', embedded: false };

/** How a value is taken apart for ownership: by named fields, by items, or not at all. */
export type Granularity = 'fields' | 'items' | 'whole';

export function granularityOf(type: TypeNode, ...values: Json[]): Granularity {
  switch (type.kind) {
    case 'struct':
    case 'map':
      return type.atomic ? 'whole' : 'fields';
    case 'list':
      return type.listType === 'atomic' ? 'whole' : 'items';
    case 'any':
      // The shape of custom data without a schema shows in the data; built-in raw values are opaque.
      return !type.goType && values.some(isObject) ? 'fields' : 'whole';
    default:
      return 'whole';
  }
}

export function fieldType(type: TypeNode, name: string): TypeNode {
  if (type.kind === 'struct') return type.fields.get(name)?.type ?? deduced;
  return type.kind === 'map' ? type.values : deduced;
}

/** Whether the field is one of a map's keys and not declared by a struct. */
export function isMapItem(type: TypeNode, name: string): boolean {
  return type.kind !== 'struct' || !type.fields.has(name);
}

/** How the item of a list with identity is named in a path. */
export function itemKey(type: ListNode, item: Json): string {
  if (type.listType === 'set') return `v:${JSON.stringify(item)}`;
  const keys: Record<string, Json> = {};
  for (const key of [...type.keys].sort()) {
    keys[key] = item?.[key] ?? fieldType(type.items, key).default ?? null;
  }
  return `k:${JSON.stringify(keys)}`;
}

export function isObject(value: Json): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
