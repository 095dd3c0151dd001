import type { SidecarExtension } from '../../SidecarServices';
import type { CredentialBroker } from './CredentialBroker';

/** `/proxy/<credential>/…`: requests with the agent's secrets. What it takes is loaded with the first one. */
export const credentialRoutes: SidecarExtension = services => {
  let broker: Promise<CredentialBroker> | undefined;
  services.server.route(
    ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    '/proxy/:credential/*',
    // The broker finds the session by the header alone.
    { session: 'none' },
    async context => {
      broker ??= import('./CredentialBroker').then(
        module => new module.CredentialBroker(services),
      );
      await (await broker).serve(context);
    },
  );
};
