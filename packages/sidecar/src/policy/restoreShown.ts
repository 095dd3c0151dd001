import { isDeepStrictEqual } from 'node:util';
import type { JsonValue } from '@greenroom/protocol';

/**
 * Arguments that a person edited, with everything that they left as they saw it put back to what it really is: they saw secrets as
 * marks, long texts shortened and fractions as text.
 *
 * @param edited what the person wrote
 * @param shown what the person saw
 * @param real what the agent asked for
 */
export function restoreShown(
  edited: JsonValue,
  shown: JsonValue | undefined,
  real: JsonValue | undefined,
): JsonValue {
  if (real !== undefined && isDeepStrictEqual(edited, shown)) return real;
  if (!isObject(edited) || !isObject(shown) || !isObject(real)) return edited;
  if (Array.isArray(edited)) {
    // Items have no names: they are put back only where none was added or removed.
    if (!Array.isArray(shown) || !Array.isArray(real)) return edited;
    if (edited.length !== shown.length || shown.length !== real.length)
      return edited;
    return edited.map((item, index) =>
      restoreShown(item, shown[index], real[index]),
    );
  }
  return Object.fromEntries(
    Object.entries(edited).map(([key, item]) => [
      key,
      restoreShown(item, own(shown, key), own(real, key)),
    ]),
  );
}

function isObject(value: JsonValue | undefined): value is object & JsonValue {
  return typeof value === 'object' && value !== null;
}

function own(value: object, key: string): JsonValue | undefined {
  return Object.hasOwn(value, key)
    ? (value as Record<string, JsonValue>)[key]
    : undefined;
}
