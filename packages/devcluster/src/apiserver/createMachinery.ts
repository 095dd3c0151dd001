import { Agent } from 'node:https';
import type { ClusterSecrets } from '../credentials/ClusterSecrets';
import type { ObjectStore } from '../store/ObjectStore';
import { AdmissionChain } from './admission/AdmissionChain';
import { aggregateRoles } from './auth/aggregateRoles';
import { Authenticator } from './auth/Authenticator';
import { Authorizer } from './auth/Authorizer';
import { ServiceAccountTokens } from './auth/ServiceAccountTokens';
import { admissionPlugins } from './admission/admissionPlugins';
import { countQuotas } from './admission/countQuotas';
import { DefinitionController } from './definitions/DefinitionController';
import { expireEvents } from './kinds/expireEvents';
import { ClusterAddresses } from './kinds/ClusterAddresses';
import type { Machinery } from './Machinery';
import { builtInResources } from './resources/builtInResources';
import { ResourceRegistry } from './resources/ResourceRegistry';

/** To one webhook at once: a handshake costs more than the question, and a burst of them the whole time limit. */
const WEBHOOK_CONNECTIONS = 16;

/** Puts the parts of the API server together and starts those that follow the store. */
export function createMachinery({
  store,
  secrets,
  now,
}: {
  store: ObjectStore;
  secrets: ClusterSecrets;
  now: () => number;
}): { machinery: Machinery; authenticator: Authenticator; stop(): void } {
  const registry = new ResourceRegistry(builtInResources());
  const tokens = new ServiceAccountTokens(secrets.signingKey, store, now);
  const definitions = new DefinitionController(store, registry, now);
  definitions.start();
  const stopAggregation = aggregateRoles(store);
  const stopCounting = countQuotas(store);
  const stopExpiring = expireEvents(store, now);
  const webhookConnections = new Agent({
    keepAlive: true,
    maxSockets: WEBHOOK_CONNECTIONS,
  });
  return {
    machinery: {
      store,
      registry,
      tokens,
      admission: new AdmissionChain(admissionPlugins()),
      authorizer: new Authorizer(store),
      addresses: new ClusterAddresses(store),
      webhookConnections,
      node: undefined,
      now,
    },
    authenticator: new Authenticator(
      [
        {
          token: secrets.adminToken,
          user: {
            username: 'kubernetes-admin',
            groups: ['system:masters', 'system:authenticated'],
            extra: {},
          },
        },
      ],
      tokens,
    ),
    stop() {
      definitions.stop();
      stopAggregation();
      stopCounting();
      stopExpiring();
      webhookConnections.destroy();
    },
  };
}
