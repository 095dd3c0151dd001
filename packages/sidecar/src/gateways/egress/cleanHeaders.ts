import type { IncomingHttpHeaders } from 'node:http';

/** Headers of one connection, not of the message (RFC 9110, 7.6.1), and those by which proxies speak of clients. */
const CONNECTION_HEADERS = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'proxy-authentication-info',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'alt-svc',
  'via',
  'forwarded',
]);

/** Headers that may be passed on from one side to the other: neither of the connection, nor named by `connection`, nor ours. */
export function cleanHeaders(
  headers: IncomingHttpHeaders,
): Record<string, string | string[]> {
  const named = new Set(
    (headers.connection ?? '')
      .split(',')
      .map(name => name.trim().toLowerCase()),
  );
  const clean: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || named.has(name)) continue;
    if (CONNECTION_HEADERS.has(name)) continue;
    if (name.startsWith('x-greenroom-') || name.startsWith('x-forwarded-'))
      continue;
    clean[name] = value;
  }
  return clean;
}
