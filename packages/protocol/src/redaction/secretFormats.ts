import { isSecretKey } from './isSecretKey';
import { SHORTEST_SECRET } from './secretParts';
import type { SyncTextScanner, TextFinding } from './TextScanner';

/** A form whose first group (or, without one, the whole match) is a secret. */
interface SecretFormat {
  rule: string;
  /** With the flags `g` and `d`. Linear: no nested or adjoining repetitions over the same characters. */
  pattern: RegExp;
  accept?: (match: RegExpMatchArray) => boolean;
}

/** What maintained rule sets were measured to miss, and fields in texts that say they are secret. */
const formats: readonly SecretFormat[] = [
  {
    rule: 'aws-access-key-id',
    pattern: /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/dg,
  },
  {
    rule: 'jwt',
    pattern: /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*/dg,
  },
  {
    rule: 'url-password',
    pattern:
      /\b[a-z][a-z0-9+.-]{1,31}:\/\/[^\s:/?#@"'<>]{0,256}:([^\s/?#@"'<>]{1,512})@/dgi,
  },
  {
    rule: 'authorization-header',
    pattern:
      /\bauthorization["']?\s{0,8}[:=]\s{0,8}["']?(?:bearer|basic|token|digest)\s{1,8}([^\s"',;]{6,8192})/dgi,
  },
  {
    rule: 'private-key',
    pattern:
      /-----BEGIN (?:[A-Z0-9]{1,16} ){0,3}PRIVATE KEY-----([^-]{16,65536})-----END /dg,
  },
  {
    rule: 'secret-field',
    pattern:
      /"([A-Za-z][\w.-]{2,63})\\?"\s{0,8}:\s{0,8}\\?"((?:[^"\\]|\\[^"]){6,8192})\\?"/dg,
    accept: ([, key]) => isSecretKey(key),
  },
  {
    rule: 'secret-variable',
    pattern: /\b([A-Z][A-Z0-9_]{2,63})=["']?([^\s"'$`;&|<>]{6,8192})/dg,
    accept: ([, name]) => isSecretKey(name),
  },
];

/** Finds secrets by their own form: AWS access key ids, JWTs, passwords in URLs, private keys, and named fields in texts. */
export const scanSecretFormats: SyncTextScanner = text => {
  if (text.length < SHORTEST_SECRET) return [];
  return formats.flatMap(format => [...findings(text, format)]);
};

function* findings(
  text: string,
  { rule, pattern, accept }: SecretFormat,
): Generator<TextFinding> {
  for (const match of text.matchAll(pattern)) {
    if (accept && !accept(match)) continue;
    const [start, end] = match.indices![match.length - 1];
    yield { rule, start, end };
  }
}
