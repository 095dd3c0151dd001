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

/** Reads padded base64; `undefined` for anything that {@link encodeBase64} would not have written. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4) return undefined;
  let padding = 0;
  if (text.endsWith('==')) padding = 2;
  else if (text.endsWith('=')) padding = 1;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let out = 0;
  for (let index = 0; index < text.length; index += 4) {
    const isLast = index + 4 === text.length;
    let group = 0;
    for (let offset = 0; offset < 4; offset += 1) {
      const isPadding = isLast && offset >= 4 - padding;
      const value = isPadding ? 0 : values[text.charCodeAt(index + offset)];
      if (value === undefined || value < 0) return undefined;
      group = group * 64 + value;
    }
    const unused = isLast ? padding : 0;
    if (group & (2 ** (8 * unused) - 1)) return undefined;
    bytes[out] = group >> 16;
    if (unused < 2) bytes[out + 1] = group >> 8;
    if (unused < 1) bytes[out + 2] = group;
    out += 3;
  }
  return bytes;
}
