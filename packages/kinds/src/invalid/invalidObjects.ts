import { parse } from 'yaml';

/** An object that an API server refuses, and what it answers. */
export interface InvalidObject {
  /** What is wrong with it, in words. */
  name: string;
  /** Whether it is refused when it is created, or when the stored example is changed to it. */
  when: 'create' | 'update';
  /** JSON merge patch that makes it of the example of its kind. */
  patch: unknown;
  /** The field the API server names, such as `spec.contexts[0].name`. */
  path: string;
  /** What the API server says of that field. */
  message: string;
}

/**
 * Reads a table of invalid objects, `invalid/<kind>.yaml`. `{$repeat: x, times: n}` stands for a text n times, or, around
 * an object, for a list of n of them, `#` in its texts being the index.
 */
export function parseInvalidObjects(yaml: string): InvalidObject[] {
  const rows = parse(yaml) as (Omit<InvalidObject, 'when'> &
    Partial<InvalidObject>)[];
  return rows.map(row => ({
    when: 'create',
    ...row,
    patch: expand(row.patch),
  }));
}

function expand(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expand);
  if (typeof value !== 'object' || value === null) return value;
  if ('$repeat' in value && 'times' in value)
    return repeat(value.$repeat, Number(value.times));
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, expand(field)]),
  );
}

function repeat(value: unknown, times: number): unknown {
  if (typeof value === 'string') return value.repeat(times);
  const text = JSON.stringify(value);
  return Array.from({ length: times }, (_, index) =>
    JSON.parse(text.replaceAll('#', String(index))),
  );
}

/** Applies a JSON merge patch (RFC 7396); neither argument is changed. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch))
    return patch;
  const isObject =
    typeof target === 'object' && target !== null && !Array.isArray(target);
  const result: Record<string, unknown> = isObject ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = applyMergePatch(result[key], value);
  }
  return result;
}
