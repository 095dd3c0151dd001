import type { Logger } from 'pino';
import type { KubeClient } from '../client/KubeClient';
import type { KubernetesObject } from '../objects/KubernetesObject';
import type { ObjectKey } from '../objects/ObjectKey';
import type { ResourceType } from '../objects/ResourceType';
import { Informer, type InformerOptions } from './Informer';

/** A kind that the cache did not hold in time. */
export class CacheSyncError extends Error {
  readonly name = 'CacheSyncError';
}

/** All informers of a process, one per kind and selection however many ask for it. */
export class Cache {
  readonly client: KubeClient;
  readonly #log: Logger;
  readonly #informers = new Map<string, Informer<KubernetesObject>>();
  #started = false;

  constructor(client: KubeClient, options: { log: Logger }) {
    this.client = client;
    this.#log = options.log;
  }

  /**
   * The shared informer of a kind and selection, made on first use and started if the cache is. Indexes are added to it; a transform counts
   * only for whoever asks first.
   */
  informer<T extends KubernetesObject>(
    type: ResourceType<T>,
    options: InformerOptions<T> = {},
  ): Informer<T> {
    const { namespace, labelSelector, fieldSelector, indexes = {} } = options;
    const id = [
      type.apiVersion,
      type.plural,
      namespace,
      labelSelector,
      fieldSelector,
    ].join('|');
    const shared = this.#informers.get(id) as unknown as
      | Informer<T>
      | undefined;
    if (shared) {
      for (const [name, values] of Object.entries(indexes)) {
        shared.addIndex(name, values);
      }
      return shared;
    }
    const informer = new Informer(this.client, type, {
      ...options,
      log: this.#log,
    });
    this.#informers.set(id, informer as unknown as Informer<KubernetesObject>);
    if (this.#started) informer.start();
    return informer;
  }

  /** The cached object of the kind's unrestricted informer. */
  get<T extends KubernetesObject>(
    type: ResourceType<T>,
    key: ObjectKey,
  ): T | undefined {
    return this.informer(type).get(key);
  }

  list<T extends KubernetesObject>(
    type: ResourceType<T>,
    namespace?: string,
  ): T[] {
    return this.informer(type).list(namespace);
  }

  start(): void {
    this.#started = true;
    for (const informer of this.#informers.values()) informer.start();
  }

  get hasSynced(): boolean {
    return this.#unsynced().length === 0;
  }

  /** Waits until every informer has its first list; throws {@link CacheSyncError}, which names the missing ones, after `timeoutMs`. */
  async waitForSync(options: { timeoutMs: number }): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const expired = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(
          new CacheSyncError(
            `The cache did not receive ${this.#unsynced().join(', ')} within ${
              options.timeoutMs
            } ms. Check that their definitions are installed and that this account may list and watch them.`,
          ),
        );
      }, options.timeoutMs);
    });
    try {
      const all = [...this.#informers.values()].map(({ synced }) => synced);
      await Promise.race([Promise.all(all), expired]);
    } finally {
      clearTimeout(timer);
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#informers.values()].map(each => each.stop()));
  }

  #unsynced(): string[] {
    return [...this.#informers.values()]
      .filter(informer => !informer.hasSynced)
      .map(informer => informer.type.kind);
  }
}
