const DIGITS = '0123456789abcdef';
const pairs = Array.from(
  { length: 256 },
  (_, byte) => DIGITS[byte >> 4] + DIGITS[byte & 15],
);

/** Two lower-case digits a byte. */
export function encodeHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += pairs[byte];
  return text;
}

const values = new Int8Array(128).fill(-1);
for (let value = 0; value < 16; value += 1) {
  values[DIGITS.charCodeAt(value)] = value;
}

/**
 * Writes what lower-case digits say into `target` from `at` on. False, with some of it written, for anything else: one
 * byte string has one spelling.
 */
export function writeHex(text: string, target: Uint8Array, at = 0): boolean {
  if (text.length % 2) return false;
  for (let index = 0; index < text.length; index += 2) {
    const high = values[text.charCodeAt(index)];
    const low = values[text.charCodeAt(index + 1)];
    // Negative, or beyond the table, for what is no digit.
    if (!(high >= 0 && low >= 0)) return false;
    target[at + index / 2] = high * 16 + low;
  }
  return true;
}

/** Reads lower-case digits; `undefined` for anything else. */
export function decodeHex(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.floor(text.length / 2));
  return writeHex(text, bytes) ? bytes : undefined;
}
