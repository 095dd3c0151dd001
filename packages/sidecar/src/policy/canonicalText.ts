import type { JsonValue } from '@greenroom/protocol';

/** Deeper arguments come from mistakes and attacks. */
const DEEPEST = 64;

/**
 * JSON with its keys in order and no spaces, numbers as they are: one text for equal arguments, whatever their spelling, so that
 * a pattern cannot be slipped past by another order of keys or by escapes.
 *
 * @throws RangeError when nested deeper than 64
 */
export function canonicalText(value: JsonValue): string {
  return JSON.stringify(inOrder(value, 0));
}

function inOrder(value: JsonValue, depth: number): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEEPEST) {
    throw new RangeError(`it is nested deeper than ${DEEPEST} levels`);
  }
  if (Array.isArray(value)) return value.map(item => inOrder(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, inOrder(item, depth + 1)]),
  );
}
