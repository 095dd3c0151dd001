import { createServer } from 'node:net';
import type { SidecarExtension } from '../../SidecarServices';
import type { EgressProxy } from './EgressProxy';

/** Connections that one agent may have open through the proxy; package managers open a few dozen. */
const MOST_CONNECTIONS = 512;

/** The egress proxy on `:9092`. It listens from the start; the proxy itself is loaded with the first connection. */
export const egressListener: SidecarExtension = async services => {
  const { agentHost, proxyPort } = services.config.listen;
  let proxy: Promise<EgressProxy> | undefined;
  // Paused until somebody reads: nothing that the agent sends meanwhile is lost.
  const server = createServer({ pauseOnConnect: true }, socket => {
    socket.on('error', () => socket.destroy());
    proxy ??= import('./EgressProxy').then(
      module => new module.EgressProxy(services),
    );
    proxy
      .then(loaded => {
        loaded.serve(socket);
        socket.resume();
      })
      .catch(error => {
        services.logger.error({ err: error }, 'the egress proxy did not start');
        socket.destroy();
      });
  });
  server.maxConnections = MOST_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', error =>
      reject(
        new Error(
          `The egress proxy cannot listen on ${agentHost}:${proxyPort}: ${error.message}. Another process of the pod may hold the port.`,
          { cause: error },
        ),
      ),
    );
    server.listen(proxyPort, agentHost, resolve);
  });
  services.onStop(async () => {
    server.close();
    (await proxy)?.close();
  });
};
