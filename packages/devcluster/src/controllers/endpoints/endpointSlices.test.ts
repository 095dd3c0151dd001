import type { Pod, Service } from '@greenroom/controller-runtime';
import { endpointSubsets, sliceContents } from './endpointSlices';

const aPod = (
  name: string,
  options: { ready?: boolean; port?: number; phase?: string; ip?: string } = {},
): Pod => ({
  metadata: { name, namespace: 'n', uid: name },
  spec: {
    nodeName: 'node',
    containers: [
      {
        name: 'c',
        ports: [{ name: 'http', containerPort: options.port ?? 8080 }],
      },
    ],
  },
  status: {
    phase: options.phase ?? 'Running',
    podIP: options.ip ?? `127.40.0.${name.length}`,
    conditions: [
      { type: 'Ready', status: options.ready === false ? 'False' : 'True' },
    ],
  },
});
const aService = (changes: Service['spec'] = {}): Service => ({
  metadata: { name: 's', namespace: 'n' },
  spec: {
    selector: { app: 'x' },
    ports: [{ name: 'web', port: 80, targetPort: 'http' }],
    ...changes,
  },
});
const endpointsOf = (service: Service, pods: Pod[]) =>
  sliceContents(service, pods).map(({ ports, endpoints }) => [
    ports.map(({ port }) => port),
    endpoints.map(({ addresses, conditions }) => [
      addresses[0],
      conditions!.ready,
    ]),
  ]);

describe('sliceContents', () => {
  it('names ready and unready pods, sorted', () => {
    const pods = [aPod('bb', { ready: false }), aPod('a')];
    expect(endpointsOf(aService(), pods)).toEqual([
      [
        [8080],
        [
          ['127.40.0.1', true],
          ['127.40.0.2', false],
        ],
      ],
    ]);
  });

  it('a named port may be another number in each pod', () => {
    const pods = [aPod('a'), aPod('bb', { port: 9090 })];
    expect(endpointsOf(aService(), pods)).toEqual([
      [[8080], [['127.40.0.1', true]]],
      [[9090], [['127.40.0.2', true]]],
    ]);
  });

  it('leaves out pods that have ended or have no address yet', () => {
    const pods = [
      aPod('a', { phase: 'Succeeded' }),
      aPod('b', { phase: 'Failed' }),
      aPod('c', { ip: '' }),
    ];
    expect(endpointsOf(aService(), pods)).toEqual([]);
  });

  it.each([
    [undefined, 80],
    [1234, 1234],
  ])('target port %s is %s', (targetPort, expected) => {
    const service = aService({ ports: [{ port: 80, targetPort }] });
    expect(endpointsOf(service, [aPod('a')])[0][0]).toEqual([expected]);
  });

  it('a pod that is going takes nothing new', () => {
    const pod = aPod('a');
    pod.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    const [{ endpoints }] = sliceContents(aService(), [pod]);
    expect(endpoints[0].conditions).toEqual({
      ready: false,
      serving: true,
      terminating: true,
    });
  });

  it('a Service may want pods that are not ready', () => {
    const service = aService({ publishNotReadyAddresses: true });
    const [{ endpoints }] = sliceContents(service, [
      aPod('a', { ready: false }),
    ]);
    expect(endpoints[0].conditions!.ready).toBe(true);
  });
});

describe('endpointSubsets', () => {
  it('says the same in the older form', () => {
    const pods = [aPod('bb', { ready: false }), aPod('a')];
    expect(endpointSubsets(sliceContents(aService(), pods))).toEqual([
      {
        addresses: [expect.objectContaining({ ip: '127.40.0.1' })],
        notReadyAddresses: [expect.objectContaining({ ip: '127.40.0.2' })],
        ports: [{ name: 'web', port: 8080, protocol: 'TCP' }],
      },
    ]);
  });
});
