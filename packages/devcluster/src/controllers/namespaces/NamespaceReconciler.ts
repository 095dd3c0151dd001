import { isDeepStrictEqual } from 'node:util';
import {
  ApiError,
  keyOf,
  Namespace,
  resourcePath,
  type KubernetesObject,
  type ObjectKey,
  type Reconciler,
  type ReconcileResult,
  type ResourceType,
} from '@greenroom/controller-runtime';
import type { ClusterObjects } from '../objects/ClusterObjects';
import type { ReconcilerParts } from '../ReconcilerParts';
import {
  namespaceConditions,
  type RemainingContent,
} from './namespaceConditions';

/** The finalizer in `spec.finalizers` of every namespace: it goes when the namespace is empty. */
const KUBERNETES = 'kubernetes';

/** When to look again, should an event that says so be missed. */
const REVISIT_MS = 5_000;

/** Empties a namespace that is being deleted, then lets it go. */
export class NamespaceReconciler implements Reconciler {
  readonly #parts: ReconcilerParts;
  readonly #objects: ClusterObjects;

  constructor(parts: ReconcilerParts, objects: ClusterObjects) {
    this.#parts = parts;
    this.#objects = objects;
  }

  async reconcile(key: ObjectKey): Promise<ReconcileResult> {
    const namespace = this.#parts.cache.get(Namespace, key);
    if (!namespace?.metadata.deletionTimestamp) return {};
    if (!namespace.spec?.finalizers?.includes(KUBERNETES)) return {};
    const remaining = await this.#empty(key.name);
    await this.#writeConditions(namespace, remaining);
    if (remaining.length) return { requeueAfter: REVISIT_MS };
    await this.#release(namespace);
    return {};
  }

  /** Deletes what is left; returns what still is after that. */
  async #empty(namespace: string): Promise<RemainingContent[]> {
    const { client } = this.#parts;
    const remaining: RemainingContent[] = [];
    const types = this.#objects.types.filter(
      ({ scope }) => scope === 'Namespaced',
    );
    // From the API server itself: a namespace with anything in it must not go, whatever a cache says.
    await Promise.all(
      types.map(async type => {
        const before = await this.#list(type, namespace);
        const living = before.filter(
          ({ metadata }) => !metadata.deletionTimestamp,
        );
        if (living.length) await this.#deleteAll(type, namespace, living);
        const after = living.length
          ? await this.#list(type, namespace)
          : before;
        if (after.length) remaining.push({ type, objects: after });
      }),
    );
    // Events are not followed, and nothing keeps one.
    await client.deleteCollection(
      {
        apiVersion: 'v1',
        kind: 'Event',
        plural: 'events',
        scope: 'Namespaced',
      },
      { namespace },
    );
    return remaining;
  }

  async #list(
    type: ResourceType,
    namespace: string,
  ): Promise<KubernetesObject[]> {
    try {
      return (await this.#parts.client.list(type, { namespace })).items;
    } catch (error) {
      // Its definition has gone meanwhile, and its objects with it.
      if (ApiError.isNotFound(error)) return [];
      throw error;
    }
  }

  async #deleteAll(
    type: ResourceType,
    namespace: string,
    living: readonly KubernetesObject[],
  ): Promise<void> {
    const { client } = this.#parts;
    try {
      await client.deleteCollection(type, { namespace });
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 405) throw error;
      // Some kinds can only be deleted one by one.
      await Promise.all(
        living.map(object =>
          client.delete(type, { ...keyOf(object), namespace }),
        ),
      );
    }
  }

  async #writeConditions(
    namespace: Namespace,
    remaining: readonly RemainingContent[],
  ): Promise<void> {
    const before = namespace.status?.conditions ?? [];
    const conditions = namespaceConditions(before, remaining, Date.now());
    if (isDeepStrictEqual(before, conditions)) return;
    // Nothing to tell of a namespace that was empty at once.
    if (!remaining.length && !before.length) return;
    const { client, cache } = this.#parts;
    const patched = await client.patch(
      Namespace,
      { name: namespace.metadata.name! },
      'merge',
      { status: { conditions } },
      { subresource: 'status' },
    );
    cache.informer(Namespace).observe(patched);
  }

  async #release(namespace: Namespace): Promise<void> {
    const { client } = this.#parts;
    const { name } = namespace.metadata;
    const finalizers = namespace.spec?.finalizers?.filter(
      each => each !== KUBERNETES,
    );
    try {
      await client.raw({
        method: 'PUT',
        path: resourcePath(Namespace, { name, subresource: 'finalize' }),
        body: JSON.stringify({
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name, uid: namespace.metadata.uid },
          spec: { finalizers },
        }),
      });
    } catch (error) {
      if (!ApiError.isNotFound(error)) throw error;
    }
  }
}
