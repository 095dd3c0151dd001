import {
  ApiError,
  Pod,
  type Cache,
  type KubeClient,
} from '@greenroom/controller-runtime';
import { managedSelector } from '../../objects/OwnedObjects';
import type { FakeSidecars } from './FakeSidecars';

/** Says of every agent pod that it runs, and connects its sidecar, on clusters that have no kubelet. */
export class FakeKubelet {
  /** Pods it leaves alone. */
  ignores: (pod: Pod) => boolean = () => false;

  constructor(
    private readonly client: KubeClient,
    cache: Cache,
    private readonly sidecars: FakeSidecars,
  ) {
    cache
      .informer(Pod, { labelSelector: managedSelector })
      .addHandler(event => {
        if (event.type === 'deleted')
          sidecars.disconnect(event.object.metadata.uid ?? '');
        else if (event.object.metadata.deletionTimestamp)
          void this.terminate(event.object);
        else if (event.type === 'added' && !this.ignores(event.object))
          void this.run(event.object);
      });
  }

  /** Ends a pod as its container would. */
  async end(
    pod: Pod,
    phase: 'Succeeded' | 'Failed',
    exitCode: number,
  ): Promise<void> {
    await this.client.patch(
      Pod,
      pod.metadata as never,
      'merge',
      {
        status: {
          phase,
          containerStatuses: [
            {
              name: 'agent',
              image: 'x',
              imageID: 'x',
              ready: false,
              restartCount: 0,
              state: {
                terminated: {
                  exitCode,
                  reason: exitCode ? 'Error' : 'Completed',
                },
              },
            },
          ],
        },
      },
      { subresource: 'status' },
    );
    this.sidecars.disconnect(pod.metadata.uid ?? '');
  }

  /** Ends the containers of a pod that is being deleted, as a kubelet does before the object goes. */
  private async terminate(pod: Pod): Promise<void> {
    if (pod.status?.phase === 'Failed' || this.ignores(pod)) return;
    try {
      await this.end(pod, 'Failed', 143);
    } catch (error) {
      if (!ApiError.isNotFound(error)) throw error;
    }
  }

  private async run(pod: Pod): Promise<void> {
    if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed')
      return;
    try {
      await this.client.patch(
        Pod,
        { namespace: pod.metadata.namespace, name: pod.metadata.name ?? '' },
        'merge',
        {
          status: {
            phase: 'Running',
            conditions: [{ type: 'Ready', status: 'True' }],
          },
        },
        { subresource: 'status' },
      );
    } catch (error) {
      if (!ApiError.isNotFound(error)) throw error;
      return;
    }
    if (!this.sidecars.byPod(pod.metadata.uid ?? ''))
      this.sidecars.connect(pod);
  }
}
