import canonicalize from 'canonicalize';
import { CanonicalError } from './CanonicalError';

/** Deeper values are refused: they come from mistakes and attacks, and would exhaust somebody's stack. */
const DEEPEST = 64;

/** With the u flag, a pair is one character and does not match. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * The one spelling of a value: RFC 8785, restricted so that no two libraries can disagree. No floats, no integers of
 * 2^53 or more (write them as strings), no lone surrogates, no depth above 64; `undefined` properties are left out.
 * Throws a {@link CanonicalError} that names the place.
 */
export function canonicalJson(value: unknown): string {
  check(value, []);
  return canonicalize(value)!;
}

function check(value: unknown, path: (string | number)[]): void {
  switch (typeof value) {
    case 'string':
      if (LONE_SURROGATE.test(value)) {
        throw new CanonicalError(path, 'the string holds half a character');
      }
      return;
    case 'boolean':
      return;
    case 'number':
      if (!Number.isSafeInteger(value)) {
        throw new CanonicalError(
          path,
          `${value} is no whole number below 2^53; write it as a string`,
        );
      }
      return;
    case 'object':
      checkObject(value, path);
      return;
    default:
      throw new CanonicalError(path, `JSON cannot hold a ${typeof value}`);
  }
}

function checkObject(value: object | null, path: (string | number)[]): void {
  if (value === null) return;
  if (path.length >= DEEPEST) {
    throw new CanonicalError(path, `it is nested deeper than ${DEEPEST}`);
  }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      path.push(index);
      check(value[index], path);
      path.pop();
    }
    return;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new CanonicalError(path, 'it is neither a plain object nor an array');
  }
  for (const [key, each] of Object.entries(value)) {
    if (each === undefined) continue;
    path.push(key);
    if (LONE_SURROGATE.test(key)) {
      throw new CanonicalError(path, 'the key holds half a character');
    }
    check(each, path);
    path.pop();
  }
}
