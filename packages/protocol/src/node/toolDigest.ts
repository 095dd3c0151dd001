import { createHash } from 'node:crypto';

/**
 * Digest of a tool function's definition: everything a model gets to see of it, in a spelling that does not depend on the
 * order of keys. `_meta` is for clients and not part of it.
 */
export function toolDigest({
  _meta,
  ...definition
}: {
  _meta?: unknown;
  [field: string]: unknown;
}): string {
  return `sha256:${createHash('sha256')
    .update(JSON.stringify(inOrder(definition)))
    .digest('hex')}`;
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, inOrder(each)]),
  );
}
