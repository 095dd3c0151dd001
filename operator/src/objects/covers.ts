import { InvalidQuantityError, parseQuantity } from '@greenroom/kinds';

/**
 * Whether `actual` has everything that `wanted` says, whatever it has besides: defaults of the API server, fields of others.
 * Lists must be equally long. Quantities are compared by value, because the API server rewrites `0.5` as `500m`.
 */
export function covers(actual: unknown, wanted: unknown): boolean {
  if (wanted === undefined) return true;
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(actual) &&
      actual.length === wanted.length &&
      wanted.every((item, index) => covers(actual[index], item))
    );
  }
  if (typeof wanted === 'object' && wanted !== null) {
    const fields = (
      typeof actual === 'object' && actual !== null ? actual : {}
    ) as Record<string, unknown>;
    return Object.entries(wanted).every(([field, value]) =>
      // The API server leaves empty objects and lists out.
      isEmpty(value) && fields[field] === undefined
        ? true
        : covers(fields[field], value),
    );
  }
  return actual === wanted || isSameQuantity(actual, wanted);
}

function isEmpty(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).length === 0
  );
}

function isSameQuantity(a: unknown, b: unknown): boolean {
  if (typeof a !== 'string' || typeof b !== 'string') return false;
  try {
    return parseQuantity(a).nano === parseQuantity(b).nano;
  } catch (error) {
    if (error instanceof InvalidQuantityError) return false;
    throw error;
  }
}
