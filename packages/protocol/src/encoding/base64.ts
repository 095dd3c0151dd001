const ALPHABET =
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const values = new Int8Array(128).fill(-1);
for (let index = 0; index < ALPHABET.length; index += 1) {
  values[ALPHABET.charCodeAt(index)] = index;
}

/** RFC 4648 base64 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let index = 0; index < bytes.length; index += 3) {
    const left = bytes.length - index;
    const group =
      (bytes[index] << 16) |
      ((left > 1 ? bytes[index + 1] : 0) << 8) |
      (left > 2 ? bytes[index + 2] : 0);
    text += ALPHABET[group >> 18] + ALPHABET[(group >> 12) & 63];
    text += left > 1 ? ALPHABET[(group >> 6) & 63] : '=';
    text += left > 2 ? ALPHABET[group & 63] : '=';
  }
  return text;
}

function paddingOf(text: string): number {
  if (text.endsWith('==')) return 2;
  return text.endsWith('=') ? 1 : 0;
}

/**
 * Writes what padded base64 says to the beginning of `target`, and answers how many bytes that were; -1 for anything
 * that {@link encodeBase64} would not have written.
 */
export function writeBase64(text: string, target: Uint8Array): number {
  if (text.length % 4) return -1;
  const padding = paddingOf(text);
  const last = text.length - 4;
  let out = 0;
  for (let index = 0; index < text.length; index += 4) {
    const unused = index === last ? padding : 0;
    let group = 0;
    for (let offset = 0; offset < 4 - unused; offset += 1) {
      const value = values[text.charCodeAt(index + offset)];
      if (!(value >= 0)) return -1;
      group |= value << (18 - 6 * offset);
    }
    // Bits that no byte takes must be zero.
    if (group & (2 ** (8 * unused) - 1)) return -1;
    target[out] = group >> 16;
    if (unused < 2) target[out + 1] = group >> 8;
    if (unused < 1) target[out + 2] = group;
    out += 3 - unused;
  }
  return out;
}

/** Reads padded base64; `undefined` for anything that {@link encodeBase64} would not have written. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.ceil(text.length / 4) * 3);
  const length = writeBase64(text, bytes);
  return length < 0 ? undefined : bytes.slice(0, length);
}
