import type { ServedResource } from '../resources/ServedResource';

export interface SubresourceListing {
  name: string;
  kind: string;
  group?: string;
  version?: string;
  verbs: string[];
  namespaced?: boolean;
}

const readWrite = ['get', 'patch', 'update'];
const connect = ['create', 'get'];
const proxy = ['create', 'delete', 'get', 'patch', 'update'];

const particular: Record<string, SubresourceListing[]> = {
  '/pods': [
    { name: 'attach', kind: 'PodAttachOptions', verbs: connect },
    { name: 'binding', kind: 'Binding', verbs: ['create'] },
    { name: 'ephemeralcontainers', kind: 'Pod', verbs: readWrite },
    {
      name: 'eviction',
      kind: 'Eviction',
      group: 'policy',
      version: 'v1',
      verbs: ['create'],
    },
    { name: 'exec', kind: 'PodExecOptions', verbs: connect },
    { name: 'log', kind: 'Pod', verbs: ['get'] },
    { name: 'portforward', kind: 'PodPortForwardOptions', verbs: connect },
    { name: 'proxy', kind: 'PodProxyOptions', verbs: proxy },
    { name: 'resize', kind: 'Pod', verbs: readWrite },
  ],
  '/services': [{ name: 'proxy', kind: 'ServiceProxyOptions', verbs: proxy }],
  '/namespaces': [{ name: 'finalize', kind: 'Namespace', verbs: ['update'] }],
  '/serviceaccounts': [
    {
      name: 'token',
      kind: 'TokenRequest',
      group: 'authentication.k8s.io',
      version: 'v1',
      verbs: ['create'],
    },
  ],
};

/** The subresources of a resource as discovery lists them, `<plural>/<name>`. */
export function subresourcesOf(
  resource: ServedResource,
): (SubresourceListing & { parent: ServedResource })[] {
  const listings = [...(particular[resource.collection] ?? [])];
  if (resource.hasStatus) {
    listings.push({ name: 'status', kind: resource.kind, verbs: readWrite });
  }
  if (resource.scale) {
    listings.push({
      name: 'scale',
      kind: 'Scale',
      group: 'autoscaling',
      version: 'v1',
      verbs: readWrite,
    });
  }
  return listings
    .map(each => ({
      ...each,
      name: `${resource.plural}/${each.name}`,
      parent: resource,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
