import type { ConfigMap, Pod, Secret } from '@greenroom/controller-runtime';
import type { Container } from '../pods/podParts';
import {
  environmentReferences,
  resolveEnvironment,
} from './resolveEnvironment';

const pod: Pod = {
  metadata: {
    name: 'p',
    namespace: 'n',
    uid: 'u',
    labels: { app: 'web', b: 'two' },
    annotations: { 'a/b': 'note' },
  },
  spec: {
    nodeName: 'node',
    serviceAccountName: 'account',
    containers: [
      {
        name: 'c',
        resources: {
          limits: { cpu: '500m', memory: '64Mi' },
          requests: { memory: '32Mi' },
        },
      },
      { name: 'other', resources: { limits: { memory: '1Gi' } } },
    ],
  },
};
const configMap: ConfigMap = {
  metadata: { name: 'settings' },
  data: { color: 'green', size: 'L' },
};
const secret: Secret = {
  metadata: { name: 'secret' },
  data: { password: Buffer.from('s3cr€t').toString('base64') },
};

function resolve(container: Partial<Container>): Record<string, string> {
  const result = resolveEnvironment(
    { ...pod.spec!.containers[0], ...container },
    {
      pod,
      facts: { podIP: '127.40.0.1', hostIP: '127.0.0.1' },
      allocatable: { cpu: '2', memory: '8Gi' },
      configMaps: new Map([['settings', configMap]]),
      secrets: new Map([['secret', secret]]),
      ambient: new Map([['WEB_SERVICE_HOST', '127.96.0.9']]),
    },
  );
  return Object.fromEntries(result);
}

const field = (fieldPath: string) => ({
  valueFrom: { fieldRef: { fieldPath } },
});
const resource = (name: string, divisor?: string, containerName?: string) => ({
  valueFrom: { resourceFieldRef: { resource: name, divisor, containerName } },
});

describe('resolveEnvironment', () => {
  it('expands what was defined before, and Services', () => {
    expect(
      resolve({
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '$(A)2 $(WEB_SERVICE_HOST) $(C) $$(A)' },
          { name: 'C', value: '3' },
        ],
      }),
    ).toEqual({ A: '1', B: '12 127.96.0.9 $(C) $(A)', C: '3' });
  });

  it.each([
    ['metadata.name', 'p'],
    ['metadata.namespace', 'n'],
    ['metadata.uid', 'u'],
    ["metadata.labels['app']", 'web'],
    ["metadata.annotations['a/b']", 'note'],
    ["metadata.labels['none']", ''],
    ['metadata.labels', 'app="web"\nb="two"'],
    ['spec.nodeName', 'node'],
    ['spec.serviceAccountName', 'account'],
    ['status.podIP', '127.40.0.1'],
    ['status.hostIP', '127.0.0.1'],
  ])('%s is %s', (path, expected) => {
    expect(resolve({ env: [{ name: 'X', ...field(path) }] })).toEqual({
      X: expected,
    });
  });

  it('names a field that does not exist, and those that do', () => {
    expect(() => resolve({ env: [{ name: 'X', ...field('spec.x') }] })).toThrow(
      /"spec\.x" is not one that a pod offers\. Use metadata\.name/,
    );
  });

  it.each([
    [resource('limits.cpu'), '1'],
    [resource('limits.cpu', '1m'), '500'],
    [resource('limits.memory', '1Mi'), '64'],
    [resource('requests.memory', '1Mi'), '32'],
    [resource('requests.cpu', '1m'), '500'],
    [resource('limits.memory', '1Mi', 'other'), '1024'],
    [resource('limits.cpu', '1', 'other'), '2'],
  ])('a resource %j is %s', (source, expected) => {
    expect(resolve({ env: [{ name: 'X', ...source }] })).toEqual({
      X: expected,
    });
  });

  it('takes whole ConfigMaps and Secrets, and single keys go before them', () => {
    expect(
      resolve({
        envFrom: [
          { prefix: 'S_', configMapRef: { name: 'settings' } },
          { secretRef: { name: 'secret' } },
          { configMapRef: { name: 'absent', optional: true } },
        ],
        env: [
          {
            name: 'S_size',
            valueFrom: { configMapKeyRef: { name: 'settings', key: 'color' } },
          },
          {
            name: 'GONE',
            valueFrom: {
              secretKeyRef: { name: 'secret', key: 'none', optional: true },
            },
          },
        ],
      }),
    ).toEqual({ S_color: 'green', S_size: 'green', password: 's3cr€t' });
  });

  it.each([
    [{ configMapRef: { name: 'absent' } }, 'configmap "absent" not found'],
    [{ secretRef: { name: 'absent' } }, 'secret "absent" not found'],
  ])('says which object is missing: %j', (source, message) => {
    expect(() => resolve({ envFrom: [source] })).toThrow(message);
  });

  it('says which key is missing', () => {
    const secretKeyRef = { name: 'secret', key: 'none' };
    expect(() =>
      resolve({ env: [{ name: 'X', valueFrom: { secretKeyRef } }] }),
    ).toThrow(`couldn't find key none in secret "secret"`);
  });
});

describe('environmentReferences', () => {
  it('names each object once', () => {
    expect(
      environmentReferences({
        name: 'c',
        envFrom: [
          { configMapRef: { name: 'a' } },
          { secretRef: { name: 's' } },
        ],
        env: [
          {
            name: 'X',
            valueFrom: { configMapKeyRef: { name: 'a', key: 'k' } },
          },
          { name: 'Y', valueFrom: { secretKeyRef: { name: 't', key: 'k' } } },
        ],
      }),
    ).toEqual({ configMaps: ['a'], secrets: ['s', 't'] });
  });
});
