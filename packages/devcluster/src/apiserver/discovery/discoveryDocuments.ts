import type { Json } from '../../store/KubernetesObject';
import type { ResourceRegistry } from '../resources/ResourceRegistry';
import type { ServedResource } from '../resources/ServedResource';
import { reviewResources } from './reviewResources';
import { subresourcesOf, type SubresourceListing } from './subresourcesOf';

/** What discovery says of one resource or subresource. */
interface Entry extends SubresourceListing {
  parent?: ServedResource;
}

function entriesOf(
  registry: ResourceRegistry,
  group: string,
  version: string,
): Json[] {
  const stored = registry.of(group, version).flatMap(resource => [
    {
      name: resource.plural,
      singularName: resource.singular,
      namespaced: resource.namespaced,
      kind: resource.kind,
      verbs: [...resource.verbs].sort(),
      ...(resource.shortNames.length && { shortNames: resource.shortNames }),
      ...(resource.categories.length && { categories: resource.categories }),
      storageVersionHash: storageHash(resource),
    },
    ...subresourcesOf(resource).map(subresource),
  ]);
  return [...stored, ...(reviewResources[`${group}/${version}`] ?? [])].sort(
    (a, b) => (a.name < b.name ? -1 : 1),
  );
}

function subresource({
  name,
  kind,
  group,
  version,
  verbs,
  parent,
  namespaced,
}: Entry): Json {
  return {
    name,
    singularName: '',
    namespaced: namespaced ?? parent?.namespaced ?? true,
    ...(group !== undefined && { group, version }),
    kind,
    verbs,
  };
}

function storageHash({
  group,
  kind,
  storedApiVersion,
}: ServedResource): string {
  return Buffer.from(`${group}${storedApiVersion}${kind}`)
    .toString('base64')
    .slice(0, 12);
}

/** `GET /api/v1` and `GET /apis/<group>/<version>`. */
export function resourceList(
  registry: ResourceRegistry,
  group: string,
  version: string,
): Json | undefined {
  if (!registry.groups().get(group)?.includes(version)) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: group ? `${group}/${version}` : version,
    resources: entriesOf(registry, group, version),
  };
}

function groupEntry(group: string, versions: string[]): Json {
  const each = versions.map(version => ({
    groupVersion: `${group}/${version}`,
    version,
  }));
  return { name: group, versions: each, preferredVersion: each[0] };
}

/** `GET /apis`. */
export function groupList(registry: ResourceRegistry): Json {
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: [...registry.groups()]
      .filter(([group]) => group)
      .map(([group, versions]) => groupEntry(group, versions)),
  };
}

/** `GET /apis/<group>`. */
export function groupDocument(
  registry: ResourceRegistry,
  group: string,
): Json | undefined {
  const versions = group ? registry.groups().get(group) : undefined;
  return (
    versions && {
      kind: 'APIGroup',
      apiVersion: 'v1',
      ...groupEntry(group, versions),
    }
  );
}

/** `GET /api`. */
export function coreVersions(address: string): Json {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [
      { clientCIDR: '0.0.0.0/0', serverAddress: address },
    ],
  };
}

/** `GET /api` or `GET /apis` in the form that tells everything at once. */
export function aggregatedDiscovery(
  registry: ResourceRegistry,
  isCore: boolean,
): Json {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: [...registry.groups()]
      .filter(([group]) => (group === '') === isCore)
      .map(([group, versions]) => ({
        metadata: { name: group, creationTimestamp: null },
        versions: versions.map(version => ({
          version,
          resources: aggregatedResources(registry, group, version),
          freshness: 'Current',
        })),
      })),
  };
}

function aggregatedResources(
  registry: ResourceRegistry,
  group: string,
  version: string,
): Json[] {
  const entries = entriesOf(registry, group, version);
  return entries
    .filter(({ name }) => !name.includes('/'))
    .map(entry => {
      const inner = entries.filter(({ name }) =>
        name.startsWith(`${entry.name}/`),
      );
      return {
        resource: entry.name,
        responseKind: { group, version, kind: entry.kind },
        scope: entry.namespaced ? 'Namespaced' : 'Cluster',
        singularResource: entry.singularName,
        verbs: entry.verbs,
        ...(entry.shortNames && { shortNames: entry.shortNames }),
        ...(entry.categories && { categories: entry.categories }),
        ...(inner.length && {
          subresources: inner.map(each => ({
            subresource: each.name.slice(entry.name.length + 1),
            responseKind: {
              group: each.group ?? group,
              version: each.version ?? version,
              kind: each.kind,
            },
            verbs: each.verbs,
          })),
        }),
      };
    });
}
