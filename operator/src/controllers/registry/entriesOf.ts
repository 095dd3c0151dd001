import type { Registry } from '@greenroom/kinds';

type EntryKind = 'image' | 'skill' | 'plugin' | 'mcpServer' | 'agent';

/** One entry of a catalogue, and how it is checked. */
export interface RegistryEntry {
  readonly kind: EntryKind;
  readonly name: string;
  readonly secretName?: string;
  readonly how:
    | { readonly check: 'image'; readonly image: string }
    | {
        readonly check: 'git';
        readonly repository: string;
        readonly ref: string;
      }
    | {
        readonly check: 'npm';
        readonly package: string;
        readonly version?: string;
        readonly registryURL?: string;
      }
    | { readonly check: 'mcp'; readonly url: string }
    | { readonly check: 'template'; readonly template: string }
    | { readonly check: 'nothing'; readonly why: string };
}

/** All entries of a Registry, in the order of the lists. */
export function entriesOf({ spec }: Pick<Registry, 'spec'>): RegistryEntry[] {
  const secretName = (entry: { secretRef?: { name: string } }) =>
    entry.secretRef ? { secretName: entry.secretRef.name } : {};
  return [
    ...(spec.images ?? []).map(
      (entry): RegistryEntry => ({
        kind: 'image',
        name: entry.name,
        ...secretName(entry),
        how: { check: 'image', image: entry.image },
      }),
    ),
    ...(spec.skills ?? []).map(
      (entry): RegistryEntry => ({
        kind: 'skill',
        name: entry.name,
        ...secretName(entry),
        how: {
          check: 'git',
          repository: entry.git.repository,
          ref: entry.version ?? entry.git.ref,
        },
      }),
    ),
    ...(spec.plugins ?? []).map(
      (entry): RegistryEntry => ({
        kind: 'plugin',
        name: entry.name,
        ...secretName(entry),
        how: {
          check: 'npm',
          package: entry.package,
          ...(entry.version ? { version: entry.version } : {}),
          ...(entry.registryURL ? { registryURL: entry.registryURL } : {}),
        },
      }),
    ),
    ...(spec.mcpServers ?? []).map(
      (entry): RegistryEntry => ({
        kind: 'mcpServer',
        name: entry.name,
        ...secretName(entry),
        how: serverCheck(entry),
      }),
    ),
    ...(spec.agents ?? []).map(
      (entry): RegistryEntry => ({
        kind: 'agent',
        name: entry.name,
        ...secretName(entry),
        how: entry.git
          ? {
              check: 'git',
              repository: entry.git.repository,
              ref: entry.version ?? entry.git.ref,
            }
          : { check: 'template', template: entry.templateRef?.name ?? '' },
      }),
    ),
  ];
}

type McpEntry = NonNullable<Registry['spec']['mcpServers']>[number];

/** A server that is reached is asked; one that is run is looked for where it is taken from. */
function serverCheck({
  url,
  image,
  package: npm,
  version,
  server,
}: McpEntry): RegistryEntry['how'] {
  if (url) return { check: 'mcp', url };
  if (image) return { check: 'image', image };
  if (npm)
    return { check: 'npm', package: npm, ...(version ? { version } : {}) };
  const { remotes, packages } = (server ?? {}) as {
    remotes?: { url?: string }[];
    packages?: {
      registryType?: string;
      registry_type?: string;
      identifier?: string;
      version?: string;
    }[];
  };
  const remote = remotes?.find(each => each.url)?.url;
  if (remote) return { check: 'mcp', url: remote };
  const found = packages?.find(each => each.identifier);
  const type = found?.registryType ?? found?.registry_type;
  if (found?.identifier && type === 'npm') {
    return {
      check: 'npm',
      package: found.identifier,
      ...(found.version ? { version: found.version } : {}),
    };
  }
  if (found?.identifier && type === 'oci')
    return { check: 'image', image: found.identifier };
  return {
    check: 'nothing',
    why: 'The entry names neither a remote server nor an npm or OCI package. Add one to server.remotes or server.packages.',
  };
}
