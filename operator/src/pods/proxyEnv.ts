import type { EnvVar } from './PodTypes';

/** An outbound proxy, as GreenroomConfig and agents name it. */
export interface ProxySettings {
  readonly httpProxy?: string;
  readonly httpsProxy?: string;
  readonly noProxy?: string;
}

/**
 * The variables by which programs find an outbound proxy, in both spellings that are in use.
 *
 * @remarks
 * Addresses inside the cluster never go through it.
 */
export function proxyEnv(
  proxy: ProxySettings | undefined,
  clusterDomain: string,
): EnvVar[] {
  if (!proxy?.httpProxy && !proxy?.httpsProxy) return [];
  const values = {
    HTTP_PROXY: proxy.httpProxy,
    HTTPS_PROXY: proxy.httpsProxy,
    NO_PROXY: noProxy(proxy.noProxy, clusterDomain),
  };
  return Object.entries(values).flatMap(([name, value]) =>
    value
      ? [
          { name, value },
          { name: name.toLowerCase(), value },
        ]
      : [],
  );
}

/** The hosts that are reached directly: the given ones, this pod, and the cluster's services. */
export function noProxy(
  given: string | undefined,
  clusterDomain: string,
): string {
  const hosts = (given ?? '')
    .split(',')
    .map(host => host.trim())
    .filter(Boolean);
  const own = ['localhost', '127.0.0.1', '.svc', `.${clusterDomain}`];
  return [...new Set([...hosts, ...own])].join(',');
}
