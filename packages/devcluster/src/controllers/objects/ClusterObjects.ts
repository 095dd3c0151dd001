import {
  CustomResourceDefinition,
  groupOf,
  Informer,
  type Cache,
  type InformerEvent,
  type KubeClient,
  type KubernetesObject,
  type ObjectKey,
  type ResourceType,
} from '@greenroom/controller-runtime';
import type { Logger } from 'pino';
import { discoverTypes } from './discoverTypes';

/** An object of any kind with its type. Of kinds nobody else follows here only the metadata are kept. */
export interface ClusterObject {
  type: ResourceType;
  object: KubernetesObject;
}

export type ObjectChange = ClusterObject & {
  change: InformerEvent<unknown>['type'];
};

const OWNER_INDEX = 'owner';
const SYNC_TIMEOUT_MS = 30_000;
/** A definition that was just established may take a moment to appear in discovery. */
const DISCOVERY_RETRY_MS = 250;

/** Follows the objects of every kind the API server serves, those of custom resource definitions as they come and go. */
export class ClusterObjects {
  readonly #client: KubeClient;
  readonly #cache: Cache;
  readonly #log: Logger;
  readonly #informers = new Map<string, Informer<KubernetesObject>>();
  readonly #listeners = new Set<(change: ObjectChange) => void>();
  #refreshing: Promise<void> | undefined;
  #mustRefresh = false;
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;
  #detach: () => void = () => undefined;

  constructor(options: { client: KubeClient; cache: Cache; log: Logger }) {
    this.#client = options.client;
    this.#cache = options.cache;
    this.#log = options.log;
    this.#cache.informer(CustomResourceDefinition);
  }

  /** Resolves when all kinds that exist now are known with their objects. */
  async start(): Promise<void> {
    await this.#refresh();
    this.#detach = this.#cache
      .informer(CustomResourceDefinition)
      .addHandler(event => {
        if (event.type === 'added' && event.initial) return;
        void this.#refresh();
      });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#detach();
    clearTimeout(this.#timer);
    await Promise.all([...this.#informers.values()].map(each => each.stop()));
  }

  /** Calls `listener` for each object that is there and for each change. */
  onChange(listener: (change: ObjectChange) => void): void {
    this.#listeners.add(listener);
    for (const { type, object } of this.#all()) {
      listener({ type, object, change: 'added' });
    }
  }

  get types(): ResourceType[] {
    return [...this.#informers.values()].map(({ type }) => type);
  }

  /** The type an owner reference names, whatever its version; `undefined` if no such kind is served. */
  typeOf(reference: {
    apiVersion: string;
    kind: string;
  }): ResourceType | undefined {
    return this.types.find(
      type =>
        type.kind === reference.kind && groupOf(type) === groupOf(reference),
    );
  }

  get(type: ResourceType, key: ObjectKey): KubernetesObject | undefined {
    return this.#informers.get(idOf(type))?.get(key);
  }

  /** All objects with an owner reference to this uid. */
  dependentsOf(uid: string): ClusterObject[] {
    return [...this.#informers.values()].flatMap(informer =>
      informer
        .byIndex(OWNER_INDEX, uid)
        .map(object => ({ type: informer.type, object })),
    );
  }

  /** All objects in a namespace. */
  inNamespace(namespace: string): ClusterObject[] {
    return [...this.#informers.values()]
      .filter(({ type }) => type.scope === 'Namespaced')
      .flatMap(informer =>
        informer
          .list(namespace)
          .map(object => ({ type: informer.type, object })),
      );
  }

  *#all(): Generator<ClusterObject> {
    for (const informer of this.#informers.values()) {
      for (const object of informer.list())
        yield { type: informer.type, object };
    }
  }

  #refresh(): Promise<void> {
    this.#mustRefresh = true;
    this.#refreshing ??= this.#refreshUntilDone();
    return this.#refreshing;
  }

  async #refreshUntilDone(): Promise<void> {
    do {
      this.#mustRefresh = false;
      try {
        await this.#discover();
      } catch (error) {
        if (this.#isStopped) break;
        this.#log.warn({ err: error }, 'the kinds served could not be read');
        this.#retryLater();
      }
    } while (this.#mustRefresh && !this.#isStopped);
    // In the same breath as the last look at what is wanted, so that nothing is missed.
    this.#refreshing = undefined;
  }

  async #discover(): Promise<void> {
    const types = await discoverTypes(this.#client);
    const ids = new Set(types.map(idOf));
    for (const [id, informer] of [...this.#informers]) {
      if (ids.has(id)) continue;
      this.#informers.delete(id);
      void informer.stop();
    }
    const added = types
      .filter(type => !this.#informers.has(idOf(type)))
      .map(type => this.#follow(type));
    await Promise.race([
      Promise.all(added.map(({ synced }) => synced)),
      new Promise(resolve => {
        setTimeout(resolve, SYNC_TIMEOUT_MS).unref();
      }),
    ]);
    if (this.#customTypes().some(id => !ids.has(id))) this.#retryLater();
  }

  #follow(type: ResourceType): Informer<KubernetesObject> {
    const indexes = {
      [OWNER_INDEX]: ({ metadata }: KubernetesObject) =>
        (metadata.ownerReferences ?? []).map(({ uid }) => uid),
    };
    const id = idOf(type);
    // Kinds of definitions may go and come again: their informers are ours alone.
    const isCustom = this.#customTypes().includes(id);
    const informer = isCustom
      ? new Informer(this.#client, type, {
          indexes,
          transform: ({ metadata }) => ({ metadata }),
          log: this.#log,
        })
      : this.#cache.informer(type, {
          indexes,
          transform: ({ metadata }) => ({ metadata }),
        });
    this.#informers.set(id, informer);
    informer.addHandler(event => {
      for (const listener of this.#listeners) {
        listener({ type, object: event.object, change: event.type });
      }
    });
    informer.start();
    return informer;
  }

  /** Those of definitions that are established. */
  #customTypes(): string[] {
    return this.#cache
      .list(CustomResourceDefinition)
      .filter(
        ({ metadata, status }) =>
          !metadata.deletionTimestamp &&
          status?.conditions?.some(
            ({ type, status: value }) =>
              type === 'Established' && value === 'True',
          ),
      )
      .map(({ spec }) => `${spec.group}|${spec.names.plural}`);
  }

  #retryLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#refresh(), DISCOVERY_RETRY_MS);
  }
}

function idOf(type: ResourceType): string {
  return `${groupOf(type)}|${type.plural}`;
}
