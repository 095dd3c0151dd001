import {
  ApiError,
  Node,
  Pod,
  resourcePath,
  type Cache,
  type EventRecorder,
  type KubeClient,
  type ObjectKey,
  type Reconciler,
} from '@greenroom/controller-runtime';
import { timestamp } from '../pods/timestamp';
import { decideBinding } from './decideBinding';

/** Gives pods without a node the only one there is, or says why not. */
export class SchedulerReconciler implements Reconciler {
  readonly #client: KubeClient;
  readonly #cache: Cache;
  readonly #events: EventRecorder;
  readonly #nodeName: string;

  constructor(options: {
    client: KubeClient;
    cache: Cache;
    events: EventRecorder;
    nodeName: string;
  }) {
    this.#client = options.client;
    this.#cache = options.cache;
    this.#events = options.events;
    this.#nodeName = options.nodeName;
  }

  async reconcile(key: ObjectKey): Promise<void> {
    const pod = this.#cache.get(Pod, key);
    if (!pod) return;
    const node = this.#cache.get(Node, { name: this.#nodeName });
    const decision = decideBinding(pod, node);
    if (decision.act === 'bind') await this.#bind(pod, decision.node);
    if (decision.act === 'reject') await this.#reject(pod, decision.message);
  }

  async #bind(pod: Pod, node: string): Promise<void> {
    const { namespace, name, uid } = pod.metadata;
    try {
      await this.#client.raw({
        method: 'POST',
        path: resourcePath(Pod, { namespace, name, subresource: 'binding' }),
        body: JSON.stringify({
          apiVersion: 'v1',
          kind: 'Binding',
          metadata: { namespace, name, uid },
          target: { apiVersion: 'v1', kind: 'Node', name: node },
        }),
      });
    } catch (error) {
      // Bound already, or deleted: the cache will say so.
      if (ApiError.isConflict(error) || ApiError.isNotFound(error)) return;
      throw error;
    }
    this.#events.event(pod, {
      reason: 'Scheduled',
      action: 'Binding',
      note: `Successfully assigned ${namespace}/${name} to ${node}`,
    });
  }

  async #reject(pod: Pod, message: string): Promise<void> {
    const reason = 'Unschedulable';
    const before = pod.status?.conditions?.find(
      ({ type }) => type === 'PodScheduled',
    );
    if (before?.reason === reason && before.message === message) return;
    await this.#client.patch(
      Pod,
      { namespace: pod.metadata.namespace, name: pod.metadata.name! },
      'strategic',
      {
        status: {
          conditions: [
            {
              type: 'PodScheduled',
              status: 'False',
              reason,
              message,
              lastTransitionTime: timestamp(Date.now()),
            },
          ],
        },
      },
      { subresource: 'status' },
    );
    this.#events.event(pod, {
      type: 'Warning',
      reason: 'FailedScheduling',
      action: 'Scheduling',
      note: message,
    });
  }
}
