import { KubeClient, ResourceType } from '@greenroom/controller-runtime';
import { CliError } from '../CliError';

interface ResourceList {
  resources: { name: string; kind: string; namespaced: boolean }[];
}

/** Finds how to address a kind by asking the API server, so that any manifest can be applied. */
export class Discovery {
  private readonly lists = new Map<string, Promise<ResourceList>>();

  constructor(private readonly client: KubeClient) {}

  /** @throws {@link CliError} when the API server does not serve the kind. */
  async resourceType(apiVersion: string, kind: string): Promise<ResourceType> {
    const { resources } = await this.list(apiVersion);
    const resource = resources.find(
      each => each.kind === kind && !each.name.includes('/'),
    );
    if (!resource) {
      throw new CliError(
        `The cluster does not know the kind ${kind} of ${apiVersion}. Apply the definitions in crds/ first, or correct the manifest.`,
      );
    }
    return {
      apiVersion,
      kind,
      plural: resource.name,
      scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    };
  }

  private list(apiVersion: string): Promise<ResourceList> {
    let list = this.lists.get(apiVersion);
    if (!list) {
      const path = apiVersion.includes('/')
        ? `/apis/${apiVersion}`
        : `/api/${apiVersion}`;
      list = this.client
        .raw({ method: 'GET', path })
        .then(body => JSON.parse(body));
      // A group that is not there yet may come with the next CRD.
      list.catch(() => this.lists.delete(apiVersion));
      this.lists.set(apiVersion, list);
    }
    return list;
  }
}
