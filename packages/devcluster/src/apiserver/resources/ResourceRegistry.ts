import type { ServedResource } from './ServedResource';

/** Which resources are served: the built-in ones and those that CustomResourceDefinitions add. */
export class ResourceRegistry {
  private readonly resources = new Map<string, ServedResource>();
  private generationNumber = 0;
  /** Groups in the order in which discovery names them, each with its versions, the preferred one first. */
  private groupVersions = new Map<string, string[]>();

  constructor(builtIn: ServedResource[]) {
    for (const resource of builtIn)
      this.resources.set(keyOf(resource), resource);
    this.changed();
  }

  /** Rises whenever what is served changes, so that documents made from it can be cached. */
  get generation(): number {
    return this.generationNumber;
  }

  find(
    group: string,
    version: string,
    plural: string,
  ): ServedResource | undefined {
    return this.resources.get(`${group}/${version}/${plural}`);
  }

  findKind(apiVersion: string, kind: string): ServedResource | undefined {
    for (const resource of this.resources.values()) {
      if (resource.apiVersion === apiVersion && resource.kind === kind)
        return resource;
    }
    return undefined;
  }

  all(): ServedResource[] {
    return [...this.resources.values()];
  }

  of(group: string, version: string): ServedResource[] {
    return this.all().filter(
      each => each.group === group && each.version === version,
    );
  }

  /** The versions of each group, preferred ones first. */
  groups(): ReadonlyMap<string, string[]> {
    return this.groupVersions;
  }

  /** Serves exactly these versions for a CustomResourceDefinition; none removes it. */
  replaceCustom(definition: string, resources: ServedResource[]): void {
    for (const [key, each] of this.resources) {
      if (each.custom?.definition === definition) this.resources.delete(key);
    }
    for (const resource of resources)
      this.resources.set(keyOf(resource), resource);
    this.changed();
  }

  private changed(): void {
    this.generationNumber += 1;
    const groups = new Map<string, Set<string>>();
    for (const { group, version } of this.resources.values()) {
      if (!groups.has(group)) groups.set(group, new Set());
      groups.get(group)!.add(version);
    }
    // These groups have no stored resource, only reviews.
    for (const group of ['authentication.k8s.io', 'authorization.k8s.io']) {
      groups.set(group, new Set(['v1']));
    }
    this.groupVersions = new Map(
      [...groups].map(([group, versions]) => [
        group,
        [...versions].sort(byPriority),
      ]),
    );
  }
}

function keyOf({ group, version, plural }: ServedResource): string {
  return `${group}/${version}/${plural}`;
}

/** Stable versions before beta before alpha, newer before older, others last by name: Kubernetes' own order. */
export function byPriority(a: string, b: string): number {
  const [rankA, rankB] = [rank(a), rank(b)];
  for (let index = 0; index < 3; index += 1) {
    if (rankA[index] !== rankB[index]) return rankB[index] - rankA[index];
  }
  return a < b ? -1 : 1;
}

/** From the least to the most settled. */
const stages: (string | undefined)[] = ['alpha', 'beta', undefined];

function rank(version: string): number[] {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (!match) return [-1, 0, 0];
  return [stages.indexOf(match[2]), Number(match[1]), Number(match[3] ?? 0)];
}
