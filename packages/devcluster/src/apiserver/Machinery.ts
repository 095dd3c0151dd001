import type { Agent } from 'node:https';
import type { ObjectStore } from '../store/ObjectStore';
import type { AdmissionChain } from './admission/AdmissionChain';
import type { Authorizer } from './auth/Authorizer';
import type { ServiceAccountTokens } from './auth/ServiceAccountTokens';
import type { NodeProxy } from './NodeProxy';
import type { ResourceRegistry } from './resources/ResourceRegistry';
import type { ClusterAddresses } from './kinds/ClusterAddresses';

/** What the handlers of requests work with. */
export interface Machinery {
  store: ObjectStore;
  registry: ResourceRegistry;
  admission: AdmissionChain;
  authorizer: Authorizer;
  tokens: ServiceAccountTokens;
  addresses: ClusterAddresses;
  /** Kept open to webhooks, by address and trust. */
  readonly webhookConnections: Agent;
  /** The kubelet, once it has registered. */
  node: NodeProxy | undefined;
  /** Milliseconds since the epoch. */
  now(): number;
}
