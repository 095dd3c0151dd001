import type { EndpointSlice, Service } from '@greenroom/controller-runtime';
import { planForwarding } from './planForwarding';

const aService = (changes: Service['spec'] = {}): Service => ({
  metadata: { name: 's' },
  spec: {
    clusterIP: '127.96.0.9',
    ports: [{ name: 'web', port: 80 }],
    ...changes,
  },
});
const aSlice = (
  port: number,
  endpoints: [address: string, ready?: boolean][],
): EndpointSlice => ({
  metadata: { name: 'e' },
  addressType: 'IPv4',
  ports: [{ name: 'web', port }],
  endpoints: endpoints.map(([address, ready]) => ({
    addresses: [address],
    conditions: { ready },
  })),
});
const plan = (service: Service, slices: EndpointSlice[]) =>
  planForwarding(service, slices).map(({ host, port, backends }) => [
    `${host}:${port}`,
    backends.map(backend => `${backend.host}:${backend.port}`),
  ]);

describe('planForwarding', () => {
  it('goes to ready endpoints, those that do not say included, in a fixed order', () => {
    const slices = [
      aSlice(9090, [['127.40.0.3']]),
      aSlice(8080, [
        ['127.40.0.2', true],
        ['127.40.0.1', false],
      ]),
    ];
    expect(plan(aService(), slices)).toEqual([
      ['127.96.0.9:80', ['127.40.0.2:8080', '127.40.0.3:9090']],
    ]);
  });

  it('listens where nobody is behind it yet', () => {
    expect(plan(aService(), [])).toEqual([['127.96.0.9:80', []]]);
  });

  it.each([
    ['has no address', { clusterIP: 'None' }],
    ['has an address elsewhere', { clusterIP: '10.96.0.1' }],
    ['is a name of another', { type: 'ExternalName' }],
    ['speaks UDP', { ports: [{ name: 'web', port: 53, protocol: 'UDP' }] }],
  ])('does not listen for a Service that %s', (_, changes) => {
    expect(plan(aService(changes), [])).toEqual([]);
  });
});
