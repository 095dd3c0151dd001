import type { EndpointSlice, Service } from '@greenroom/controller-runtime';

/** Where connections to one port of a Service go. */
export interface Forwarding {
  host: string;
  port: number;
  /** Ready endpoints. Empty if there are none: connections are refused. */
  backends: readonly Backend[];
  service: Service;
}

export interface Backend {
  host: string;
  port: number;
}

type Slices = readonly EndpointSlice[];

/** Names the Service that an EndpointSlice belongs to. */
export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';

/**
 * What to listen on for a Service: each TCP port at its cluster address, if that is one of this machine's loopback addresses. Endpoints come
 * in a fixed order, so that the same cluster gives the same plan.
 */
export function planForwarding(service: Service, slices: Slices): Forwarding[] {
  const { clusterIP = '', ports = [], type } = service.spec ?? {};
  if (!clusterIP.startsWith('127.') || type === 'ExternalName') return [];
  return ports
    .filter(({ protocol = 'TCP' }) => protocol === 'TCP')
    .map(({ name, port }) => ({
      host: clusterIP,
      port,
      backends: backendsOf(name ?? '', slices),
      service,
    }));
}

function backendsOf(portName: string, slices: Slices): Backend[] {
  const backends = slices.flatMap(({ endpoints, ports }) => {
    const port = ports?.find(({ name = '' }) => name === portName)?.port;
    if (port === undefined) return [];
    return (endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready !== false)
      .flatMap(({ addresses }) => addresses.map(host => ({ host, port })));
  });
  return backends.sort(
    (a, b) => a.host.localeCompare(b.host) || a.port - b.port,
  );
}
