import type { KubernetesObject } from './KubernetesObject';
import { EventHistory, type StoreEvent } from './EventHistory';
import type { StoreLog } from './StoreLog';

/** Names one stored collection: `<group>/<plural>`, the group empty for the core one. */
export type Collection = string;

/** The stored object is not the one the writer had seen. */
export class StoreConflict extends Error {
  readonly name = 'StoreConflict';
}

/** An object by this name is there already. */
export class StoreExists extends Error {
  readonly name = 'StoreExists';
}

type Listener = (event: StoreEvent) => void;

interface Shelf {
  namespaces: Map<string, Map<string, KubernetesObject>>;
  history: EventHistory;
  listeners: Set<Listener>;
}

/**
 * All objects, in memory, with one rising revision over all collections as etcd has it. Every change is applied and
 * announced synchronously, so between two turns of the event loop no reader sees half of one.
 */
export class ObjectStore {
  private readonly shelves = new Map<Collection, Shelf>();
  private lastRevision: number;

  constructor(
    private readonly log?: StoreLog,
    private readonly historySize = 5000,
  ) {
    this.lastRevision = log?.revision ?? 1;
    for (const { collection, object } of log?.read() ?? []) {
      this.place(this.shelf(collection), object);
    }
  }

  /** The revision of the newest change. */
  get revision(): number {
    return this.lastRevision;
  }

  get isEmpty(): boolean {
    return this.shelves.size === 0;
  }

  get(
    collection: Collection,
    namespace: string | undefined,
    name: string,
  ): KubernetesObject | undefined {
    return this.shelves
      .get(collection)
      ?.namespaces.get(namespace ?? '')
      ?.get(name);
  }

  /** The objects of a collection in the order of their keys. */
  list(collection: Collection, namespace?: string): KubernetesObject[] {
    const shelf = this.shelves.get(collection);
    if (!shelf) return [];
    const found: KubernetesObject[] = [];
    const namespaces =
      namespace === undefined
        ? [...shelf.namespaces.keys()].sort()
        : [namespace];
    for (const each of namespaces) {
      const objects = shelf.namespaces.get(each);
      if (!objects) continue;
      for (const name of [...objects.keys()].sort())
        found.push(objects.get(name)!);
    }
    return found;
  }

  /** The objects of a collection in no order, without copying. */
  *each(
    collection: Collection,
    namespace?: string,
  ): Iterable<KubernetesObject> {
    const shelf = this.shelves.get(collection);
    if (!shelf) return;
    if (namespace !== undefined) {
      yield* shelf.namespaces.get(namespace)?.values() ?? [];
      return;
    }
    for (const objects of shelf.namespaces.values()) yield* objects.values();
  }

  /**
   * The collection as it was at a revision, in the order of keys.
   * @throws HistoryLost if the changes since then are no longer known.
   */
  listAt(
    collection: Collection,
    namespace: string | undefined,
    revision: number,
  ): KubernetesObject[] {
    if (revision >= this.lastRevision) return this.list(collection, namespace);
    const changes = this.shelf(collection).history.since(revision);
    const objects = new Map(
      this.list(collection, namespace).map(object => [keyOf(object), object]),
    );
    for (const event of changes.reverse()) {
      if (namespace !== undefined && event.namespace !== namespace) continue;
      const key = keyOf(event.object);
      if (event.previous) objects.set(key, event.previous);
      else objects.delete(key);
    }
    return [...objects.keys()].sort().map(key => objects.get(key)!);
  }

  /** Stores a new object and returns it with its resource version. @throws StoreExists */
  create(collection: Collection, object: KubernetesObject): KubernetesObject {
    const { namespace, name } = object.metadata;
    if (this.get(collection, namespace, name)) {
      throw new StoreExists(`${collection} ${namespace ?? ''}/${name} exists`);
    }
    return this.write(collection, object, undefined);
  }

  /** Replaces exactly `previous`. @throws StoreConflict if that is no longer what is stored. */
  update(
    collection: Collection,
    object: KubernetesObject,
    previous: KubernetesObject,
  ): KubernetesObject {
    this.assertCurrent(collection, previous);
    return this.write(collection, object, previous);
  }

  /** Removes exactly `previous`; returns it as the watchers see it. @throws StoreConflict */
  remove(collection: Collection, previous: KubernetesObject): KubernetesObject {
    this.assertCurrent(collection, previous);
    const revision = ++this.lastRevision;
    const { namespace = '', name } = previous.metadata;
    const object = withRevision(previous, revision);
    const shelf = this.shelf(collection);
    shelf.namespaces.get(namespace)?.delete(name);
    this.log?.remove(collection, namespace, name, revision);
    this.announce(shelf, {
      type: 'DELETED',
      object,
      previous,
      namespace,
      revision,
    });
    return object;
  }

  /**
   * Calls `listener` with each change after `revision`, the known ones before this returns.
   * @throws HistoryLost if the changes since then are no longer known.
   */
  watch(
    collection: Collection,
    revision: number,
    listener: Listener,
  ): () => void {
    const shelf = this.shelf(collection);
    for (const event of shelf.history.since(revision)) listener(event);
    shelf.listeners.add(listener);
    return () => shelf.listeners.delete(listener);
  }

  /** Forgets a collection whose kind is gone; watchers are told that each object is deleted. */
  drop(collection: Collection): void {
    for (const object of this.list(collection)) this.remove(collection, object);
  }

  close(): void {
    this.log?.close();
  }

  private write(
    collection: Collection,
    object: KubernetesObject,
    previous: KubernetesObject | undefined,
  ): KubernetesObject {
    const revision = ++this.lastRevision;
    const stored = withRevision(object, revision);
    const shelf = this.shelf(collection);
    this.place(shelf, stored);
    this.log?.put(collection, stored, revision);
    this.announce(shelf, {
      type: previous ? 'MODIFIED' : 'ADDED',
      object: stored,
      previous,
      namespace: stored.metadata.namespace ?? '',
      revision,
    });
    return stored;
  }

  private announce(shelf: Shelf, change: Omit<StoreEvent, 'encoded'>): void {
    const event: StoreEvent = { ...change, encoded: new Map() };
    shelf.history.add(event);
    for (const listener of shelf.listeners) listener(event);
  }

  private assertCurrent(
    collection: Collection,
    previous: KubernetesObject,
  ): void {
    const { namespace, name } = previous.metadata;
    if (this.get(collection, namespace, name) !== previous) {
      throw new StoreConflict(
        `${collection} ${namespace ?? ''}/${name} has changed`,
      );
    }
  }

  private place(shelf: Shelf, object: KubernetesObject): void {
    const { namespace = '', name } = object.metadata;
    let objects = shelf.namespaces.get(namespace);
    if (!objects) shelf.namespaces.set(namespace, (objects = new Map()));
    objects.set(name, object);
  }

  private shelf(collection: Collection): Shelf {
    let shelf = this.shelves.get(collection);
    if (!shelf) {
      shelf = {
        namespaces: new Map(),
        history: new EventHistory(this.historySize, this.lastRevision),
        listeners: new Set(),
      };
      this.shelves.set(collection, shelf);
    }
    return shelf;
  }
}

/** The order in which lists are answered; NUL sorts before every character of a name. */
export function keyOf({ metadata }: KubernetesObject): string {
  return `${metadata.namespace ?? ''}\0${metadata.name}`;
}

function withRevision(
  object: KubernetesObject,
  revision: number,
): KubernetesObject {
  return {
    ...object,
    metadata: { ...object.metadata, resourceVersion: String(revision) },
  };
}
