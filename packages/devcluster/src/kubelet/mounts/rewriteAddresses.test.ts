import { rewriteAddresses } from './rewriteAddresses';

const rewriting = {
  podIP: '127.40.1.2',
  clusterIP: ({ name, namespace }: { name: string; namespace: string }) =>
    name === 'greenroom-operator' && namespace === 'greenroom-system'
      ? '127.96.0.7'
      : undefined,
};

describe('rewriteAddresses', () => {
  it.each([
    ['http://127.0.0.1:9090', 'http://127.40.1.2:9090'],
    ['http://localhost:9090/llm/m', 'http://127.40.1.2:9090/llm/m'],
    ['127.0.0.1', '127.40.1.2'],
    ['localhost,127.0.0.1,.svc', '127.40.1.2,127.40.1.2,.svc'],
    ['--listen=127.0.0.1:80', '--listen=127.40.1.2:80'],
    ['user@localhost:5432/db', 'user@127.40.1.2:5432/db'],
    ['127.0.0.11', '127.0.0.11'],
    ['127.0.0.1.example.com', '127.0.0.1.example.com'],
    ['1127.0.0.1', '1127.0.0.1'],
    ['localhost.localdomain', 'localhost.localdomain'],
    ['my-localhost', 'my-localhost'],
    ['localhost_data', 'localhost_data'],
    [
      'wss://greenroom-operator.greenroom-system.svc:8443/ingest/v1',
      'wss://127.96.0.7:8443/ingest/v1',
    ],
    [
      'https://greenroom-operator.greenroom-system.svc.cluster.local/x',
      'https://127.96.0.7/x',
    ],
    ['ends at greenroom-operator.greenroom-system.svc.', 'ends at 127.96.0.7.'],
    ['http://nobody.nowhere.svc:80', 'http://nobody.nowhere.svc:80'],
    ['greenroom-operator', 'greenroom-operator'],
    [
      'greenroom-operator.greenroom-system',
      'greenroom-operator.greenroom-system',
    ],
    [
      'greenroom-operator.greenroom-system.svc.example.com',
      'greenroom-operator.greenroom-system.svc.example.com',
    ],
  ])('%s becomes %s', (text, expected) => {
    expect(rewriteAddresses(text, rewriting)).toBe(expected);
  });
});
