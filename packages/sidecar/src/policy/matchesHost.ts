/**
 * Whether a host fits a pattern of a Policy, a credential or `egress.allow`: a host name, `*.example.com` for what is below it, `*`
 * for all, each with an optional `:port`. IPv6 addresses of patterns stand in brackets.
 *
 * @param host as it will be connected to; brackets around an IPv6 address do not matter
 */
export function matchesHost(
  pattern: string,
  host: string,
  port?: number,
): boolean {
  const parts = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(pattern);
  if (!parts) return false;
  const [, wanted, wantedPort] = parts;
  if (wantedPort !== undefined && Number(wantedPort) !== port) return false;
  const name = plain(host);
  const expected = plain(wanted);
  if (expected === '*') return true;
  return expected.startsWith('*.')
    ? name.endsWith(expected.slice(1)) && name.length > expected.length - 1
    : name === expected;
}

/** Names do not care for case, a final dot or brackets. */
function plain(host: string): string {
  return host
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();
}
