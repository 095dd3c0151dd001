import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Json } from '../../store/KubernetesObject';
import { ApiError, badRequest, notFound } from '../errors/ApiError';
import type { RequestContext } from '../http/RequestContext';
import type { PortTarget } from '../NodeProxy';

/** Headers that concern one connection, not what is asked; and the caller's credential. */
const notForwarded = new Set([
  'connection',
  'host',
  'authorization',
  'upgrade',
  'transfer-encoding',
  'keep-alive',
]);

/** Any request to `proxy` of a pod or a Service: passed on to its port. */
export async function proxyRequest(context: RequestContext): Promise<void> {
  const { info, request, response, resource } = context;
  const { scheme, name, port } = parseTarget(info.name!);
  const target =
    resource.plural === 'pods'
      ? podTarget(context, name, port)
      : serviceTarget(context, name, port);
  const search = info.query.toString();
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(
      ([header]) => !notForwarded.has(header),
    ),
  );
  const send = scheme === 'https' ? httpsRequest : httpRequest;
  await new Promise<void>((resolve, reject) => {
    const outgoing = send(
      {
        ...target,
        method: request.method,
        path: `${info.rest ?? '/'}${search ? `?${search}` : ''}`,
        headers: { ...headers, host: `${target.host}:${target.port}` },
        rejectUnauthorized: false,
        agent: false,
      },
      incoming => {
        response.writeHead(incoming.statusCode ?? 502, incoming.headers);
        incoming.pipe(response);
        response.on('close', () => resolve());
        incoming.on('error', () => response.destroy());
      },
    );
    outgoing.on('error', error =>
      reject(
        new ApiError(
          503,
          'ServiceUnavailable',
          `error trying to reach service: ${error.message}`,
        ),
      ),
    );
    response.on('close', () => outgoing.destroy());
    request.pipe(outgoing);
  });
}

/** `name`, `name:port` or `scheme:name:port`. */
function parseTarget(text: string): {
  scheme: string;
  name: string;
  port: string;
} {
  const parts = text.split(':');
  if (parts.length > 3)
    throw badRequest(`invalid proxy target ${JSON.stringify(text)}`);
  if (parts.length === 3)
    return { scheme: parts[0] || 'http', name: parts[1], port: parts[2] };
  return { scheme: 'http', name: parts[0], port: parts[1] ?? '' };
}

function podTarget(
  { machinery, info }: RequestContext,
  name: string,
  port: string,
): PortTarget {
  const pod = machinery.store.get('/pods', info.namespace, name);
  if (!pod) throw notFound({ group: '', resource: 'pods' }, name);
  const ports: Json[] = (pod.spec?.containers ?? []).flatMap(
    (each: Json) => each.ports ?? [],
  );
  const number = port
    ? Number(ports.find(each => each.name === port)?.containerPort ?? port)
    : ports[0]?.containerPort ?? 80;
  const identity = { namespace: info.namespace!, name, uid: pod.metadata.uid };
  const target = machinery.node?.portTarget(identity, number);
  if (target) return target;
  if (pod.status?.podIP) return { host: pod.status.podIP, port: number };
  throw new ApiError(
    503,
    'ServiceUnavailable',
    `pod ${name} has no address yet`,
  );
}

function serviceTarget(
  { machinery, info }: RequestContext,
  name: string,
  port: string,
): PortTarget {
  const service = machinery.store.get('/services', info.namespace, name);
  if (!service) throw notFound({ group: '', resource: 'services' }, name);
  const ports: Json[] = service.spec?.ports ?? [];
  const wanted = port
    ? ports.find(each => each.name === port || String(each.port) === port)
    : ports[0];
  const endpoints = machinery.store.get('/endpoints', info.namespace, name);
  for (const { addresses = [], ports: actual = [] } of endpoints?.subsets ??
    []) {
    const match = actual.find(
      (each: Json) => (each.name ?? '') === (wanted?.name ?? ''),
    );
    if (wanted && match && addresses.length)
      return { host: addresses[0].ip, port: match.port };
  }
  throw new ApiError(
    503,
    'ServiceUnavailable',
    `no endpoints available for service "${name}"`,
  );
}
