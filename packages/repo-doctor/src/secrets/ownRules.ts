import type { SecretHit } from './SecretHit';

interface OwnRule {
  kind: string;
  pattern: RegExp;
  /** Whether a match is a placeholder or otherwise no secret. */
  isHarmless?: (match: RegExpExecArray) => boolean;
}

/** Values that stand for a secret in documents and tests. */
const PLACEHOLDER =
  /^(?:x+|\*+|\.+|<.*>|\$.*|\{.*\}|%.*%|pass(?:word|wd)?|secret|token|user(?:name)?|changeme|example|foo|bar|test|redacted|hunter2|your.*|my.*)$/i;

/** What the maintained rules do not find: an AWS key id alone, a JSON web token, a URL with a password. */
const RULES: readonly OwnRule[] = [
  {
    kind: 'AWS access key id',
    pattern: /(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Z0-9])/g,
    isHarmless: ([key]) => key.endsWith('EXAMPLE'),
  },
  {
    kind: 'JSON web token',
    pattern:
      /(?<![\w-])eyJ[\w-]{10,2000}\.eyJ[\w-]{10,4000}\.[\w-]{20,2000}(?![\w-])/g,
  },
  {
    kind: 'URL with a password',
    pattern:
      /\b[a-z][a-z0-9+.-]{1,20}:\/\/([^\s:/@'"`<>]{1,100}):([^\s/@'"`<>]{3,200})@([^\s/'"`<>:]{1,200})/gi,
    isHarmless: ([, user, password, host]) =>
      PLACEHOLDER.test(password) ||
      password === user ||
      /[${}]/.test(password) ||
      /^(localhost|127\.|example\.|.*\.(example|test|invalid|local)$)|^host/i.test(
        host,
      ),
  },
];

/** Secrets by this program's own rules. */
export function findByOwnRules(text: string): Omit<SecretHit, 'line'>[] {
  const hits: Omit<SecretHit, 'line'>[] = [];
  for (const { kind, pattern, isHarmless } of RULES) {
    for (const match of text.matchAll(pattern)) {
      if (isHarmless?.(match)) continue;
      hits.push({
        kind,
        start: match.index,
        end: match.index + match[0].length,
      });
    }
  }
  return hits;
}
