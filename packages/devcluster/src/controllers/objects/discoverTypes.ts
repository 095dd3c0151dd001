import type { KubeClient, ResourceType } from '@greenroom/controller-runtime';

interface ResourceDiscovery {
  resource: string;
  responseKind?: { kind: string };
  scope: 'Namespaced' | 'Cluster';
  verbs: string[];
}

interface GroupDiscoveryList {
  items: {
    metadata: { name?: string };
    versions: { version: string; resources?: ResourceDiscovery[] }[];
  }[];
}

const AGGREGATED =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

/** What a type must allow for its objects to be followed and cleaned up. */
const NEEDED_VERBS = ['list', 'watch', 'delete'];

/** Events own nothing, are owned by nothing, and are many. */
const IGNORED = new Set(['events']);

/** Every kind whose objects can be listed, watched and deleted, each in the version its group prefers. */
export async function discoverTypes(
  client: KubeClient,
): Promise<ResourceType[]> {
  const answers = await Promise.all(
    ['/api', '/apis'].map(path =>
      client.raw({ method: 'GET', path, accept: AGGREGATED }),
    ),
  );
  const types = new Map<string, ResourceType>();
  for (const answer of answers) {
    for (const group of (JSON.parse(answer) as GroupDiscoveryList).items) {
      const groupName = group.metadata.name ?? '';
      for (const { version, resources = [] } of group.versions) {
        const apiVersion = groupName ? `${groupName}/${version}` : version;
        for (const resource of resources) {
          const id = `${groupName}|${resource.resource}`;
          if (types.has(id) || !isWanted(resource)) continue;
          types.set(id, {
            apiVersion,
            kind: resource.responseKind!.kind,
            plural: resource.resource,
            scope: resource.scope,
          });
        }
      }
    }
  }
  return [...types.values()];
}

function isWanted({
  resource,
  responseKind,
  verbs,
}: ResourceDiscovery): boolean {
  return (
    responseKind !== undefined &&
    !IGNORED.has(resource) &&
    NEEDED_VERBS.every(verb => verbs.includes(verb))
  );
}
