import {
  ApiError,
  Expectations,
  Pod,
  type KubernetesObject,
} from '@greenroom/controller-runtime';
import type { ReconcilerParts } from '../ReconcilerParts';

/** Creates and deletes the pods of controllers, and lets them see at once in the cache what they did. */
export class PodControl {
  readonly #parts: ReconcilerParts;
  readonly #deletions = new Expectations();

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
  }

  /** Whether the cache shows this pod's deletion, or nobody here deleted it. */
  isPresent(pod: Pod): boolean {
    return this.#deletions.isSatisfied(pod.metadata.uid!);
  }

  /** Creates a pod and tells of it on its owner. Throws what the API server answers. */
  async create(pod: Pod, owner: KubernetesObject): Promise<Pod> {
    const { client, cache, events } = this.#parts;
    try {
      const created = await client.create(Pod, pod);
      cache.informer(Pod).observe(created);
      events.event(owner, {
        reason: 'SuccessfulCreate',
        note: `Created pod: ${created.metadata.name}`,
      });
      return created;
    } catch (error) {
      // A namespace on its way out takes nothing new; nobody needs to read about it.
      if (
        !ApiError.isForbidden(error) ||
        !error.message.includes('terminated')
      ) {
        events.event(owner, {
          type: 'Warning',
          reason: 'FailedCreate',
          note: `Error creating: ${(error as Error).message}`,
        });
      }
      throw error;
    }
  }

  async delete(pod: Pod, owner: KubernetesObject): Promise<void> {
    const { client, events } = this.#parts;
    const { namespace, name, uid } = pod.metadata;
    this.#deletions.expectDeletion(uid!, uid!);
    try {
      await client.delete(
        Pod,
        { namespace, name: name! },
        { preconditions: { uid } },
      );
    } catch (error) {
      this.#deletions.deletionObserved(uid!, uid!);
      if (ApiError.isConflict(error)) return; // another pod of that name by now
      throw error;
    }
    events.event(owner, {
      reason: 'SuccessfulDelete',
      note: `Deleted pod: ${name}`,
    });
  }

  /** To be told of every change of a pod. */
  observe(pod: Pod, isGone: boolean): void {
    const { uid, deletionTimestamp } = pod.metadata;
    if (isGone || deletionTimestamp) {
      this.#deletions.deletionObserved(uid!, uid!);
    }
  }
}
