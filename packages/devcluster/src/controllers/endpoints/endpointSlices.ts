import type {
  Endpoints,
  EndpointSlice,
  Pod,
  Service,
} from '@greenroom/controller-runtime';
import { isFinished, readySince } from '../pods/podFacts';

type Endpoint = NonNullable<EndpointSlice['endpoints']>[number];
type EndpointPort = NonNullable<EndpointSlice['ports']>[number];
type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number];

/** One EndpointSlice's content: the endpoints that offer the same numbers for the Service's ports. */
export interface SliceContent {
  ports: EndpointPort[];
  endpoints: Endpoint[];
}

/** The endpoints of a Service, from the pods its selector fits. A named target port may be another number in each pod. */
export function sliceContents(
  service: Service,
  pods: readonly Pod[],
): SliceContent[] {
  const contents = new Map<string, SliceContent>();
  const sorted = [...pods].sort((a, b) =>
    a.metadata.name!.localeCompare(b.metadata.name!),
  );
  for (const pod of sorted) {
    if (!pod.status?.podIP || isFinished(pod)) continue;
    const ports = portsOf(service, pod);
    const key = JSON.stringify(ports);
    const content = contents.get(key) ?? { ports, endpoints: [] };
    content.endpoints.push(endpointOf(service, pod));
    contents.set(key, content);
  }
  return [...contents.values()];
}

/** The same as an Endpoints object has it, which older programs read. */
export function endpointSubsets(
  contents: readonly SliceContent[],
): NonNullable<Endpoints['subsets']> {
  return contents.map(({ ports, endpoints }) => {
    const addresses = (isReady: boolean) =>
      endpoints
        .filter(({ conditions }) => (conditions?.ready ?? true) === isReady)
        .map(({ addresses: [ip], targetRef, nodeName }) => ({
          ip,
          nodeName,
          targetRef,
        }));
    const ready = addresses(true);
    const notReady = addresses(false);
    return {
      ...(ready.length ? { addresses: ready } : {}),
      ...(notReady.length ? { notReadyAddresses: notReady } : {}),
      ports: ports.map(({ name, port, protocol }) => ({
        ...(name ? { name } : {}),
        port: port!,
        protocol,
      })),
    };
  });
}

function endpointOf({ spec }: Service, pod: Pod): Endpoint {
  const { namespace, name, uid } = pod.metadata;
  const isServing = readySince(pod) !== undefined;
  const isTerminating = pod.metadata.deletionTimestamp !== undefined;
  const publishesAll = spec?.publishNotReadyAddresses ?? false;
  return {
    addresses: [pod.status!.podIP!],
    conditions: {
      ready: publishesAll || (isServing && !isTerminating),
      serving: isServing,
      terminating: isTerminating,
    },
    nodeName: pod.spec?.nodeName,
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
}

function portsOf({ spec }: Service, pod: Pod): EndpointPort[] {
  return (spec?.ports ?? []).flatMap(servicePort => {
    const port = targetPort(servicePort, pod);
    if (port === undefined) return [];
    const { name = '', protocol = 'TCP', appProtocol } = servicePort;
    return [{ name, port, protocol, ...(appProtocol && { appProtocol }) }];
  });
}

function targetPort(
  { targetPort: target, port, protocol = 'TCP' }: ServicePort,
  pod: Pod,
): number | undefined {
  if (target === undefined || target === 0 || target === '') return port;
  if (typeof target === 'number') return target;
  const { containers, initContainers = [] } = pod.spec!;
  return [...containers, ...initContainers]
    .flatMap(({ ports = [] }) => ports)
    .find(each => each.name === target && (each.protocol ?? 'TCP') === protocol)
    ?.containerPort;
}
