import { toCanonicalValue, type JsonValue } from '@greenroom/protocol';

/** Payloads above this go to blob storage, as the design says. */
export const LARGEST_INLINE_BYTES = 64 * 1024;
/** What is left of each long string; enough to see what it was. */
const KEPT_CHARACTERS = 2_048;
/** Items kept of a long array. */
const KEPT_ITEMS = 64;

/** A smaller value of the same shape: long strings and arrays cut, with a note that says so. */
export function shortenPayload(
  value: JsonValue,
  kept = KEPT_CHARACTERS,
): JsonValue {
  if (typeof value === 'string') {
    return value.length > kept
      ? `${toCanonicalValue(value.slice(0, kept))}… (${
          value.length
        } characters in all)`
      : value;
  }
  if (Array.isArray(value)) {
    return value.slice(0, KEPT_ITEMS).map(item => shortenPayload(item, kept));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        shortenPayload(item, kept),
      ]),
    );
  }
  return value;
}
