import type {
  Cache,
  EventRecorder,
  KubeClient,
} from '@greenroom/controller-runtime';

/** What every controller here is made with. */
export interface ReconcilerParts {
  client: KubeClient;
  cache: Cache;
  events: EventRecorder;
}
