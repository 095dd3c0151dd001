import { Agent as HttpAgent, type AgentOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

/** Connections that stay open between two turns; idle ones above it are closed. */
const MOST_IDLE_SOCKETS = 8;
/** Below the 60 s at which common load balancers cut idle connections. */
const IDLE_SOCKET_MS = 45_000;

/**
 * Connections from the sidecar to the world: kept alive, through the pod's outbound proxy where it has one. Additional CAs come
 * with `NODE_EXTRA_CA_CERTS`, which Node itself reads.
 */
export class OutboundAgents {
  private readonly http: HttpAgent;
  private readonly https: HttpsAgent;

  constructor(env: NodeJS.ProcessEnv) {
    const options: AgentOptions = {
      keepAlive: true,
      maxFreeSockets: MOST_IDLE_SOCKETS,
      timeout: IDLE_SOCKET_MS,
      proxyEnv: env,
    };
    this.http = new HttpAgent(options);
    this.https = new HttpsAgent(options);
  }

  for(url: URL): HttpAgent {
    return url.protocol === 'https:' ? this.https : this.http;
  }

  close(): void {
    this.http.destroy();
    this.https.destroy();
  }
}
