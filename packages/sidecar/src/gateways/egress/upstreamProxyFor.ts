/**
 * The outbound proxy through which a host is reached; undefined when it is reached directly.
 *
 * `NO_PROXY` holds names (`example.com`, also for what is below it with a leading dot or `*.`), addresses, each with an optional
 * port, or `*`, as Node's own agents read it.
 */
export function upstreamProxyFor(
  { host, port, isHttp }: { host: string; port: number; isHttp: boolean },
  env: NodeJS.ProcessEnv,
): string | undefined {
  const proxy = isHttp
    ? env.http_proxy ?? env.HTTP_PROXY
    : env.https_proxy ?? env.HTTPS_PROXY;
  if (!proxy) return undefined;
  const direct = (env.no_proxy ?? env.NO_PROXY ?? '')
    .split(/[\s,]+/)
    .filter(Boolean);
  return direct.some(entry => isFor(entry, host, port)) ? undefined : proxy;
}

function isFor(entry: string, host: string, port: number): boolean {
  if (entry === '*') return true;
  const [, name, wantedPort] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase())!;
  if (wantedPort !== undefined && Number(wantedPort) !== port) return false;
  const suffix = name.replace(/^\*/, '');
  return suffix.startsWith('.') ? host.endsWith(suffix) : host === name;
}
