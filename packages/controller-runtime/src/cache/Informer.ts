import type { Logger } from 'pino';
import type { KubeClient, WatchEvent } from '../client/KubeClient';
import type { KubernetesObject } from '../objects/KubernetesObject';
import { formatKey, keyOf, type ObjectKey } from '../objects/ObjectKey';
import type { ResourceType } from '../objects/ResourceType';
import { ObjectStore, type IndexFunction } from './ObjectStore';
import { Reflector, type ReflectorOptions } from './Reflector';
import { stripObject } from './stripObject';

/** One change to the cached objects. `initial` marks what a handler is told about objects that were there when it was added. */
export type InformerEvent<T> =
  | { type: 'added'; object: T; initial: boolean }
  | { type: 'updated'; object: T; old: T }
  | { type: 'deleted'; object: T };

export type InformerHandler<T> = (event: InformerEvent<T>) => void;

export interface InformerOptions<T> extends ReflectorOptions {
  indexes?: Record<string, IndexFunction<T>>;
  /** Makes an object smaller before it is kept; may change it in place. */
  transform?: (object: T) => T;
}

/** A live copy of one kind's objects, with indexes and handlers. Objects are shared: nobody may change one. */
export class Informer<T extends KubernetesObject> {
  readonly type: ResourceType<T>;
  readonly #store = new ObjectStore<T>();
  readonly #handlers = new Set<InformerHandler<T>>();
  readonly #reflector: Reflector<T>;
  readonly #transform: (object: T) => T;
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #hasSynced = false;
  #markSynced!: () => void;
  /** Resolves after the first complete list. */
  readonly synced: Promise<void> = new Promise(resolve => {
    this.#markSynced = resolve;
  });
  /** How far the watch has come; versions of one kind rise. */
  #seen = 0;

  constructor(
    client: KubeClient,
    type: ResourceType<T>,
    options: InformerOptions<T> & { log: Logger },
  ) {
    const { indexes = {}, transform = object => object, log } = options;
    this.type = type;
    this.#log = log;
    this.#transform = transform;
    for (const [name, values] of Object.entries(indexes)) {
      this.#store.addIndex(name, values);
    }
    const sink = {
      replace: (objects: T[], version: string) =>
        this.#replace(objects, version),
      apply: (event: WatchEvent<T>) => this.#apply(event),
    };
    this.#reflector = new Reflector(client, type, sink, options);
  }

  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  get size(): number {
    return this.#store.size;
  }

  get(key: ObjectKey): T | undefined {
    return this.#store.get(key);
  }

  list(namespace?: string): T[] {
    return this.#store.list(namespace);
  }

  byIndex(name: string, value: string): T[] {
    return this.#store.byIndex(name, value);
  }

  addIndex(name: string, values: IndexFunction<T>): void {
    this.#store.addIndex(name, values);
  }

  /** Tells `handler` about what is here, then about every change; returns the function that ends it. */
  addHandler(handler: InformerHandler<T>): () => void {
    this.#handlers.add(handler);
    for (const object of this.#store.list()) {
      this.#tell(handler, { type: 'added', object, initial: true });
    }
    return () => this.#handlers.delete(handler);
  }

  /** Begins to follow; a second call does nothing. */
  start(): void {
    this.#running ??= this.#reflector.run(this.#stopping.signal);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /**
   * Takes in the answer of one's own write, so that the next read sees it. An answer that the watch has overtaken is ignored, so a deleted
   * object is never brought back.
   */
  observe(object: T): void {
    const version = Number(object.metadata.resourceVersion);
    if (!this.#hasSynced || !(version > this.#seen)) return;
    const cached = this.#store.get(keyOf(object));
    if (cached && Number(cached.metadata.resourceVersion) >= version) return;
    // A finished deletion is answered with the object as it was.
    if (
      object.metadata.deletionTimestamp &&
      !object.metadata.finalizers?.length
    )
      return;
    this.#put(structuredClone(object));
  }

  #replace(objects: T[], resourceVersion: string): void {
    const gone = new Set(this.#store.keys());
    for (const object of objects) {
      gone.delete(formatKey(keyOf(object)));
      this.#put(object);
    }
    for (const key of gone) this.#remove(key);
    this.#seen = Number(resourceVersion) || 0;
    this.#hasSynced = true;
    this.#markSynced();
  }

  #apply(event: WatchEvent<T>): void {
    this.#seen = Number(event.object.metadata.resourceVersion) || this.#seen;
    if (event.type === 'BOOKMARK') return;
    if (event.type === 'DELETED') {
      this.#remove(formatKey(keyOf(event.object)), event.object);
    } else {
      this.#put(event.object);
    }
  }

  #put(received: T): void {
    received.apiVersion = this.type.apiVersion;
    received.kind = this.type.kind;
    const object = this.#transform(stripObject(received));
    const old = this.#store.get(keyOf(object));
    const { uid, resourceVersion } = object.metadata;
    if (old && old.metadata.uid !== uid) {
      // Deleted and made anew while nobody watched: two facts, not one change.
      this.#remove(formatKey(keyOf(old)));
    } else if (old && old.metadata.resourceVersion === resourceVersion) {
      return;
    } else if (
      old &&
      Number(old.metadata.resourceVersion) > Number(resourceVersion)
    ) {
      // The watch is still behind what was observed from a write's answer.
      return;
    }
    const previous = this.#store.set(object);
    this.#dispatch(
      previous
        ? { type: 'updated', object, old: previous }
        : { type: 'added', object, initial: !this.#hasSynced },
    );
  }

  #remove(key: string, last?: T): void {
    const removed = this.#store.delete(key);
    if (!removed) return;
    const object = last ? this.#transform(stripObject(last)) : removed;
    object.apiVersion = this.type.apiVersion;
    object.kind = this.type.kind;
    this.#dispatch({ type: 'deleted', object });
  }

  #dispatch(event: InformerEvent<T>): void {
    for (const handler of this.#handlers) this.#tell(handler, event);
  }

  #tell(handler: InformerHandler<T>, event: InformerEvent<T>): void {
    try {
      handler(event);
    } catch (error) {
      this.#log.error(
        { err: error, kind: this.type.kind, key: keyOf(event.object) },
        'an event handler failed; other handlers go on',
      );
    }
  }
}
