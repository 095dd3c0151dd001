/** A key whose last words are these holds a secret. */
const SECRET_ENDINGS: ReadonlySet<string> = new Set([
  'password',
  'passwd',
  'pwd',
  'passphrase',
  'secret',
  'secrets',
  'token',
  'authorization',
  'cookie',
  'credential',
  'credentials',
  'apikey',
  'api key',
  'access key',
  'private key',
  'secret key',
  'signing key',
  'encryption key',
  'account key',
  'shared key',
]);

/** Positions in a list, not secrets. */
const PLAIN_ENDINGS: ReadonlySet<string> = new Set([
  'page token',
  'next token',
  'continuation token',
  'continue token',
  'progress token',
]);

function wordsOf(key: string): string[] {
  return key
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
}

/**
 * Whether the name of a field says that its value is a secret: `api_key`, `clientSecret`, `X-Auth-Token`. Counters such
 * as `input_tokens`, references such as `secret_name` and positions such as `nextPageToken` are none.
 */
export function isSecretKey(key: string): boolean {
  const words = wordsOf(key.slice(-128));
  const last = words.slice(-1).join(' ');
  const lastTwo = words.slice(-2).join(' ');
  if (PLAIN_ENDINGS.has(lastTwo)) return false;
  return SECRET_ENDINGS.has(last) || SECRET_ENDINGS.has(lastTwo);
}
