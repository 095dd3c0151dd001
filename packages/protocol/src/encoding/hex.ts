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

function digit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  if (code >= 97 && code <= 102) return code - 87;
  return -1;
}

/** Reads lower-case digits; `undefined` for anything else, so that one byte string has one spelling. */
export function decodeHex(text: string): Uint8Array | undefined {
  if (text.length % 2) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let index = 0; index < bytes.length; index += 1) {
    const high = digit(text.charCodeAt(2 * index));
    const low = digit(text.charCodeAt(2 * index + 1));
    if (high < 0 || low < 0) return undefined;
    bytes[index] = high * 16 + low;
  }
  return bytes;
}
