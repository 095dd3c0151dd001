import { randomUUID } from 'node:crypto';
import type { Json, KubernetesObject } from '../store/KubernetesObject';
import type { ObjectStore } from '../store/ObjectStore';
import { timestamp } from '../apiserver/handlers/timestamp';
import { clusterRoleBindings, clusterRoles } from './clusterRoles';

const namespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

function namespace(name: string): Json {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}

function priorityClass(name: string, value: number, description: string): Json {
  return {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name, generation: 1 },
    value,
    description,
    preemptionPolicy: 'PreemptLowerPriority',
  };
}

const labels = { component: 'apiserver', provider: 'kubernetes' };

function service(address: string): Json {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default', labels },
    spec: {
      clusterIP: address,
      clusterIPs: [address],
      internalTrafficPolicy: 'Cluster',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
      sessionAffinity: 'None',
      type: 'ClusterIP',
    },
    status: { loadBalancer: {} },
  };
}

function endpoints(port: number): Json {
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' },
    },
    subsets: [
      {
        addresses: [{ ip: '127.0.0.1' }],
        ports: [{ name: 'https', port, protocol: 'TCP' }],
      },
    ],
  };
}

function endpointSlice(port: number): Json {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { 'kubernetes.io/service-name': 'kubernetes' },
    },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: true } }],
    ports: [{ name: 'https', port, protocol: 'TCP' }],
  };
}

/** Makes what every cluster has from its first start on. What is there already stays as it is. */
export function bootstrapObjects(
  store: ObjectStore,
  serviceAddress: string,
  now: number,
): void {
  const create = (collection: string, object: Json) => {
    const { name, namespace: place } = object.metadata;
    if (store.get(collection, place, name)) return;
    store.create(collection, withIdentity(object, now));
  };
  for (const name of namespaces) create('/namespaces', namespace(name));
  for (const role of clusterRoles)
    create('rbac.authorization.k8s.io/clusterroles', role);
  for (const each of clusterRoleBindings) {
    create('rbac.authorization.k8s.io/clusterrolebindings', each);
  }
  create(
    'scheduling.k8s.io/priorityclasses',
    priorityClass(
      'system-cluster-critical',
      2_000_000_000,
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
    ),
  );
  create(
    'scheduling.k8s.io/priorityclasses',
    priorityClass(
      'system-node-critical',
      2_000_001_000,
      'Used for system critical pods that must not be moved from their current node.',
    ),
  );
  create('/services', service(serviceAddress));
}

/** Points the Service `kubernetes` at the port that the server has this time. */
export function publishApiServer(
  store: ObjectStore,
  port: number,
  now: number,
): void {
  const put = (collection: string, object: Json) => {
    const known = store.get(collection, 'default', 'kubernetes');
    if (!known) store.create(collection, withIdentity(object, now));
    else
      store.update(collection, { ...object, metadata: known.metadata }, known);
  };
  put('/endpoints', endpoints(port));
  put('discovery.k8s.io/endpointslices', endpointSlice(port));
}

function withIdentity(object: Json, now: number): KubernetesObject {
  return {
    ...object,
    metadata: {
      ...object.metadata,
      uid: randomUUID(),
      creationTimestamp: timestamp(now),
    },
  };
}
