import type { JsonValue } from '../values/JsonValue';
import { CanonicalError } from './CanonicalError';

/** As in `canonicalJson`. */
const DEEPEST = 64;

/** With the u flag, a pair is one character and does not match. */
const LONE_SURROGATES = /\p{Surrogate}/gu;

/**
 * Brings what somebody else made (a tool's arguments, a custom event) into values that have a canonical form:
 * floats and integers of 2^53 or more become decimal strings, half characters become U+FFFD, `undefined` is left out
 * (`null` in arrays). Throws a {@link CanonicalError} for what JSON cannot hold and for depth above 64.
 */
export function toCanonicalValue(value: unknown): JsonValue {
  return convert(value, []);
}

function convert(value: unknown, path: (string | number)[]): JsonValue {
  switch (typeof value) {
    case 'string':
      return value.replace(LONE_SURROGATES, '\ufffd');
    case 'boolean':
      return value;
    case 'number':
      return Number.isSafeInteger(value) ? value || 0 : String(value);
    case 'bigint':
      return String(value);
    case 'object':
      return value === null ? null : convertObject(value, path);
    default:
      throw new CanonicalError(path, `JSON cannot hold a ${typeof value}`);
  }
}

function convertObject(value: object, path: (string | number)[]): JsonValue {
  if (path.length >= DEEPEST) {
    throw new CanonicalError(path, `it is nested deeper than ${DEEPEST}`);
  }
  if (Array.isArray(value)) {
    return value.map((each, index) =>
      each === undefined ? null : convert(each, [...path, index]),
    );
  }
  const converted: [string, JsonValue][] = [];
  for (const [key, each] of Object.entries(value)) {
    if (each === undefined) continue;
    converted.push([
      key.replace(LONE_SURROGATES, '\ufffd'),
      convert(each, [...path, key]),
    ]);
  }
  return Object.fromEntries(converted);
}
