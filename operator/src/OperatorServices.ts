import type {
  EventRecorder,
  KubeClient,
  Manager,
} from '@greenroom/controller-runtime';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { OperatorConfig } from './config/OperatorConfig';
import type { SessionStates } from './ingest/SessionStates';
import type { SidecarLinks } from './ingest/SidecarLink';

/** What the operator's parts are made with. */
export interface OperatorServices {
  config: OperatorConfig;
  manager: Manager;
  client: KubeClient;
  events: EventRecorder;
  log: Logger;
  metrics: Registry;
  links: SidecarLinks;
  sessions: SessionStates;
  /** The uid of the namespace `kube-system`, which names this cluster for good. */
  clusterUid: string;
  /** Names the key with which this cluster seals sessions. */
  keyId: string;
}
