import { createHmac } from 'node:crypto';

/** HMAC-SHA-256 with a secret key, for the marks that redaction leaves behind. */
export function nodeHmac(key: Uint8Array): (bytes: Uint8Array) => Uint8Array {
  return bytes => createHmac('sha256', key).update(bytes).digest();
}
