import {
  ConfigMap,
  type Cache,
  type Informer,
  type KubeClient,
} from '@greenroom/controller-runtime';

/** Contents of a ConfigMap. */
export interface ConfigMapContent {
  readonly data?: Record<string, string>;
  readonly binaryData?: Record<string, string>;
}

/** Contents that are kept; a cluster's ConfigMaps can be far more than agents read. */
const mostContents = 200;

/**
 * Reads the ConfigMaps that people's manifests name. The cache knows of all of them that they exist and when they change, but
 * holds no content.
 */
export class ConfigMapReader {
  readonly informer: Informer<ConfigMap>;
  /** By uid and version. */
  private readonly contents = new Map<string, ConfigMapContent>();

  constructor(private readonly client: KubeClient, cache: Cache) {
    this.informer = cache.informer(ConfigMap, { transform: withoutContent });
  }

  /** The contents, or undefined when there is no such ConfigMap. */
  async read(
    namespace: string,
    name: string,
  ): Promise<ConfigMapContent | undefined> {
    const known = this.informer.get({ namespace, name });
    if (!known) return undefined;
    const version = `${known.metadata.uid}@${known.metadata.resourceVersion}`;
    const kept = this.contents.get(version);
    if (kept) return kept;
    const read = await this.client.find(ConfigMap, { namespace, name });
    if (!read) return undefined;
    const { data, binaryData } = read;
    const content = {
      ...(data ? { data } : {}),
      ...(binaryData ? { binaryData } : {}),
    };
    this.contents.set(
      `${read.metadata.uid}@${read.metadata.resourceVersion}`,
      content,
    );
    if (this.contents.size > mostContents)
      this.contents.delete(this.contents.keys().next().value ?? '');
    return content;
  }
}

function withoutContent(configMap: ConfigMap): ConfigMap {
  const {
    namespace,
    name,
    uid,
    resourceVersion,
    labels,
    ownerReferences,
    annotations,
    generation,
  } = configMap.metadata;
  return {
    metadata: {
      namespace,
      name,
      uid,
      resourceVersion,
      labels,
      ownerReferences,
      annotations,
      generation,
    },
  };
}
