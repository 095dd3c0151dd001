import {
  ApiError,
  formatKey,
  groupOf,
  keyOf,
  parseKey,
  WorkQueue,
  type KubeClient,
  type KubernetesObject,
  type OwnerReference,
  type ResourceType,
} from '@greenroom/controller-runtime';
import type { Logger } from 'pino';
import type { ClusterObjects, ObjectChange } from '../objects/ClusterObjects';
import {
  decideGarbage,
  FOREGROUND,
  ORPHAN,
  type GarbageDecision,
  type OwnerLink,
} from './decideGarbage';

const WORKERS = 4;

/** Deletes what has lost its owners, and carries out deletions in the foreground and those that leave orphans. */
export class GarbageCollector {
  readonly name = 'garbage-collector';
  readonly #client: KubeClient;
  readonly #objects: ClusterObjects;
  readonly #log: Logger;
  readonly #queue = new WorkQueue();
  #workers: Promise<void>[] = [];

  constructor(options: {
    client: KubeClient;
    objects: ClusterObjects;
    log: Logger;
  }) {
    this.#client = options.client;
    this.#objects = options.objects;
    this.#log = options.log;
  }

  start(): void {
    this.#objects.onChange(change => this.#receive(change));
    this.#workers = Array.from({ length: WORKERS }, () => this.#work());
  }

  async stop(): Promise<void> {
    this.#queue.shutDown();
    await Promise.all(this.#workers);
  }

  #receive({ type, object, change }: ObjectChange): void {
    const { ownerReferences, deletionTimestamp, uid } = object.metadata;
    if (change === 'deleted') {
      for (const dependent of this.#objects.dependentsOf(uid!)) {
        this.#enqueue(dependent.type, dependent.object);
      }
      this.#enqueueWaitingOwners(object);
    } else if (deletionTimestamp || ownerReferences?.length) {
      this.#enqueue(type, object);
    }
  }

  /** An owner deleted in the foreground may have waited for this one alone. */
  #enqueueWaitingOwners({ metadata }: KubernetesObject): void {
    for (const reference of metadata.ownerReferences ?? []) {
      const type = this.#objects.typeOf(reference);
      const owner = type && this.#owner(type, reference, metadata.namespace);
      if (type && owner?.metadata.deletionTimestamp) this.#enqueue(type, owner);
    }
  }

  #enqueue(type: ResourceType, object: KubernetesObject): void {
    this.#queue.add(
      [groupOf(type), type.kind, formatKey(keyOf(object))].join('|'),
    );
  }

  async #work(): Promise<void> {
    for (;;) {
      const item = await this.#queue.take();
      if (item === undefined) return;
      try {
        await this.#collect(item);
        this.#queue.forget(item);
      } catch (error) {
        this.#queue.addRateLimited(item);
        // One lost race for an object is daily business.
        const level = this.#queue.failures(item) > 2 ? 'warn' : 'debug';
        this.#log[level](
          { err: error, item },
          'garbage could not be collected',
        );
      } finally {
        this.#queue.done(item);
      }
    }
  }

  async #collect(item: string): Promise<void> {
    const [group, kind, key] = item.split('|');
    const apiVersion = group ? `${group}/` : '';
    const type = this.#objects.typeOf({ apiVersion, kind });
    const object = type && this.#objects.get(type, parseKey(key));
    if (!type || !object) return;
    const dependents = this.#objects
      .dependentsOf(object.metadata.uid!)
      .map(dependent => dependent.object);
    const owners = object.metadata.deletionTimestamp
      ? []
      : await this.#ownersOf(object);
    const decision = decideGarbage({ object, owners, dependents });
    await this.#carryOut(type, object, decision);
  }

  async #carryOut(
    type: ResourceType,
    object: KubernetesObject,
    decision: GarbageDecision,
  ): Promise<void> {
    switch (decision.act) {
      case 'none':
        return;
      case 'delete':
        await this.#delete(type, object, decision.policy);
        return;
      case 'forget':
        await this.#patch(type, object, { ownerReferences: decision.keep });
        return;
      case 'release':
        await this.#dropFinalizer(type, object, FOREGROUND);
        return;
      case 'collect':
        for (const dependent of this.#objects.dependentsOf(
          object.metadata.uid!,
        )) {
          this.#enqueue(dependent.type, dependent.object);
        }
        return;
      case 'orphan':
        await this.#orphanDependents(object);
        await this.#dropFinalizer(type, object, ORPHAN);
        return;
      default:
        decision satisfies never;
    }
  }

  #ownersOf(object: KubernetesObject): Promise<OwnerLink[]> {
    const { ownerReferences = [], namespace } = object.metadata;
    return Promise.all(
      ownerReferences.map(async reference => ({
        reference,
        owner: await this.#stateOf(reference, namespace),
      })),
    );
  }

  async #stateOf(
    reference: OwnerReference,
    namespace: string | undefined,
  ): Promise<OwnerLink['owner']> {
    const type = this.#objects.typeOf(reference);
    if (!type) return 'unknown';
    // An owner in a namespace cannot own what is outside it: nobody can tell which is meant.
    if (type.scope === 'Namespaced' && !namespace) return 'unknown';
    const cached = this.#owner(type, reference, namespace);
    // The cache may lag behind an owner made a moment ago.
    const owner = cached ?? (await this.#readOwner(type, reference, namespace));
    if (!owner) return 'absent';
    const { deletionTimestamp, finalizers } = owner.metadata;
    return deletionTimestamp && finalizers?.includes(FOREGROUND)
      ? 'waiting'
      : 'present';
  }

  #owner(
    type: ResourceType,
    { name, uid }: OwnerReference,
    namespace: string | undefined,
  ): KubernetesObject | undefined {
    const key = type.scope === 'Namespaced' ? { namespace, name } : { name };
    const found = this.#objects.get(type, key);
    return found?.metadata.uid === uid ? found : undefined;
  }

  async #readOwner(
    type: ResourceType,
    { name, uid }: OwnerReference,
    namespace: string | undefined,
  ): Promise<KubernetesObject | undefined> {
    const found = await this.#client.find(type, { namespace, name });
    return found?.metadata.uid === uid ? found : undefined;
  }

  async #delete(
    type: ResourceType,
    object: KubernetesObject,
    propagationPolicy: 'Background' | 'Foreground' | 'Orphan',
  ): Promise<void> {
    const { uid, resourceVersion } = object.metadata;
    await ignoreGone(() =>
      this.#client.delete(type, keyOf(object), {
        propagationPolicy,
        preconditions: { uid, resourceVersion },
      }),
    );
  }

  async #orphanDependents(object: KubernetesObject): Promise<void> {
    const { uid } = object.metadata;
    await Promise.all(
      this.#objects.dependentsOf(uid!).map(dependent => {
        const ownerReferences =
          dependent.object.metadata.ownerReferences?.filter(
            reference => reference.uid !== uid,
          );
        return this.#patch(dependent.type, dependent.object, {
          ownerReferences,
        });
      }),
    );
  }

  #dropFinalizer(
    type: ResourceType,
    object: KubernetesObject,
    finalizer: string,
  ): Promise<void> {
    const finalizers = object.metadata.finalizers?.filter(
      each => each !== finalizer,
    );
    return this.#patch(type, object, { finalizers });
  }

  /** Only if the object is still as it was decided upon. */
  async #patch(
    type: ResourceType,
    object: KubernetesObject,
    metadata: object,
  ): Promise<void> {
    const { uid, resourceVersion } = object.metadata;
    await ignoreGone(() =>
      this.#client.patch(type, keyOf(object), 'merge', {
        metadata: { uid, resourceVersion, ...metadata },
      }),
    );
  }
}

async function ignoreGone(request: () => Promise<unknown>): Promise<void> {
  try {
    await request();
  } catch (error) {
    if (!ApiError.isNotFound(error)) throw error;
  }
}
