/** HMAC-SHA-256 with the cluster's redaction key, as 32 bytes. */
export type HmacFunction = (bytes: Uint8Array) => Uint8Array;

/** A mark that redaction left, and nothing else. */
export const WHOLE_MARK = /^\[redacted:[A-Za-z0-9._-]*:[0-9a-f]{8}\]$/;

const utf8 = new TextEncoder();

/** A rule's name as it may stand in a mark. */
export function markName(rule: string): string {
  return rule.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 63) || 'secret';
}

/**
 * What stands where a secret was: `[redacted:<rule>:<8 hex of an HMAC of the secret>]`. Equal secrets get equal marks,
 * in whatever encoding they appeared, and nobody without the key can test a guess.
 */
export function redactionMark(
  rule: string,
  secret: string,
  hmac: HmacFunction,
): string {
  let hex = '';
  for (const byte of hmac(utf8.encode(secret)).subarray(0, 4)) {
    hex += byte.toString(16).padStart(2, '0');
  }
  return `[redacted:${markName(rule)}:${hex}]`;
}
