import type { Json } from '../../store/KubernetesObject';

/** The value at a dotted path of plain field names, with or without a leading dot. */
export function valueAt(object: Json, path: string): Json {
  let value = object;
  for (const part of path.replace(/^\./, '').split('.')) {
    if (value === undefined || value === null) return undefined;
    value = value[part];
  }
  return value;
}

/** Sets the value at a dotted path, making the objects on the way. */
export function setValueAt(object: Json, path: string, value: Json): void {
  const parts = path.replace(/^\./, '').split('.');
  const last = parts.pop()!;
  let target = object;
  for (const part of parts) target = target[part] ??= {};
  target[last] = value;
}
