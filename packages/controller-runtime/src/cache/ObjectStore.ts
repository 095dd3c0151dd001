import type { KubernetesObject } from '../objects/KubernetesObject';
import { formatKey, keyOf, type ObjectKey } from '../objects/ObjectKey';

/** The values under which an object is found in one index; none leaves it out. */
export type IndexFunction<T> = (object: T) => readonly string[];

/** The index that every store has. */
const NAMESPACE_INDEX = 'namespace';

/** Objects of one kind in memory, found by key or by index. Objects are shared: nobody may change one. */
export class ObjectStore<T extends KubernetesObject> {
  readonly #objects = new Map<string, T>();
  readonly #functions = new Map<string, IndexFunction<T>>();
  readonly #indexes = new Map<string, Map<string, Set<string>>>();

  constructor() {
    this.addIndex(NAMESPACE_INDEX, object =>
      object.metadata.namespace ? [object.metadata.namespace] : [],
    );
  }

  /** Adds an index; objects already here are indexed too. The same name again replaces it. */
  addIndex(name: string, values: IndexFunction<T>): void {
    this.#functions.set(name, values);
    this.#indexes.set(name, new Map());
    for (const [key, object] of this.#objects) {
      this.#enter(name, key, values(object));
    }
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: ObjectKey | string): T | undefined {
    return this.#objects.get(typeof key === 'string' ? key : formatKey(key));
  }

  keys(): IterableIterator<string> {
    return this.#objects.keys();
  }

  list(namespace?: string): T[] {
    if (namespace !== undefined)
      return this.byIndex(NAMESPACE_INDEX, namespace);
    return [...this.#objects.values()];
  }

  /** All objects filed under `value`. Throws for an index nobody added. */
  byIndex(name: string, value: string): T[] {
    const index = this.#indexes.get(name);
    if (!index) throw new Error(`The store has no index named "${name}".`);
    const found: T[] = [];
    for (const key of index.get(value) ?? []) {
      found.push(this.#objects.get(key)!);
    }
    return found;
  }

  /** Puts an object in place of the one with its key, which is returned. */
  set(object: T): T | undefined {
    const key = formatKey(keyOf(object));
    const previous = this.#objects.get(key);
    for (const [name, values] of this.#functions) {
      if (previous) this.#leave(name, key, values(previous));
      this.#enter(name, key, values(object));
    }
    this.#objects.set(key, object);
    return previous;
  }

  /** Removes and returns what was under the key. */
  delete(key: string): T | undefined {
    const previous = this.#objects.get(key);
    if (!previous) return undefined;
    for (const [name, values] of this.#functions) {
      this.#leave(name, key, values(previous));
    }
    this.#objects.delete(key);
    return previous;
  }

  #enter(name: string, key: string, values: readonly string[]): void {
    const index = this.#indexes.get(name)!;
    for (const value of values) {
      const keys = index.get(value);
      if (keys) keys.add(key);
      else index.set(value, new Set([key]));
    }
  }

  #leave(name: string, key: string, values: readonly string[]): void {
    const index = this.#indexes.get(name)!;
    for (const value of values) {
      const keys = index.get(value);
      keys?.delete(key);
      if (keys?.size === 0) index.delete(value);
    }
  }
}
