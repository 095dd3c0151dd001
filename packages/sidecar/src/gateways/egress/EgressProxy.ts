import { Agent } from 'node:http';
import type { Socket } from 'node:net';
import { Counter } from 'prom-client';
import { RequestError, Server } from 'proxy-chain';
import type { PrepareRequestFunctionOpts } from 'proxy-chain';
import type { SidecarServices } from '../../SidecarServices';
import { EgressDesk } from './EgressDesk';
import { egressSession } from './egressSession';
import { pinnedLookup, systemResolver, type NameResolver } from './resolveHost';

/** The agent's way out: `CONNECT` and plain requests, to what its settings allow and nothing else. */
export class EgressProxy {
  private readonly server: Server;
  private readonly desk: EgressDesk;
  private readonly connections;
  /** No connection outlives the request that it was permitted for. */
  private readonly agent = new Agent({ keepAlive: false });

  constructor(
    private readonly services: SidecarServices,
    resolver: NameResolver = systemResolver,
  ) {
    this.desk = new EgressDesk(services, resolver);
    this.connections = new Counter({
      name: 'greenroom_egress_requests_total',
      help: 'Requests to the egress proxy by their outcome.',
      labelNames: ['outcome'],
      registers: [services.metrics],
    });
    this.server = new Server({
      authRealm: 'Greenroom',
      prepareRequestFunction: options => this.prepare(options),
    });
    this.server.on('requestFailed', ({ error }) =>
      services.logger.warn({ err: error }, 'a proxied request failed'),
    );
  }

  /** Takes a connection of the agent. */
  serve(socket: Socket): void {
    this.server.server.emit('connection', socket);
  }

  close(): void {
    this.server.closeConnections();
    this.agent.destroy();
  }

  private async prepare({
    request,
    hostname,
    port,
    isHttp,
    username,
  }: PrepareRequestFunctionOpts) {
    const host = plainHost(hostname);
    if (!host || hasUser(request.url ?? '', isHttp))
      throw new RequestError(
        `"${hostname}" is not a host and a port alone.`,
        400,
      );
    // A server of many names would answer for the one in the header, which nobody has judged.
    if (isHttp && !namesHost(request.headers.host, host, port)) {
      throw new RequestError(
        `The header Host names "${request.headers.host}" and the address ${host}:${port}. Give both the same.`,
        400,
      );
    }
    const gone = new AbortController();
    request.socket.once('close', () => gone.abort());
    const path = isHttp ? new URL(request.url ?? '').pathname : '';
    const permit = await this.desk.permit({
      host,
      port,
      ...(isHttp && { http: { method: request.method ?? '', path } }),
      session: egressSession(username, this.services.sessions.open()),
      signal: gone.signal,
    });
    this.connections.inc({ outcome: permit.allowed ? 'allowed' : 'refused' });
    if (!permit.allowed) throw new RequestError(permit.message, permit.status);
    return 'proxy' in permit
      ? { upstreamProxyUrl: permit.proxy }
      : {
          dnsLookup: pinnedLookup(permit.addresses) as never,
          httpAgent: this.agent,
        };
  }
}

/** Names and passwords in an address make it look like another one; they have no place in either form of a request. */
function hasUser(target: string, isHttp: boolean): boolean {
  const { username, password } = new URL(isHttp ? target : `http://${target}`);
  return username !== '' || password !== '';
}

/** A host in the one spelling in which it is judged and resolved; undefined when it is none. */
function plainHost(host: string): string | undefined {
  const address = `http://${host}`;
  if (!URL.canParse(address)) return undefined;
  return new URL(address).hostname.replace(/\.$/, '') || undefined;
}

function namesHost(
  header: string | undefined,
  host: string,
  port: number,
): boolean {
  const address = `http://${header}`;
  if (!header || !URL.canParse(address)) return false;
  const named = new URL(address);
  return (
    named.hostname.replace(/\.$/, '') === host &&
    Number(named.port || 80) === port
  );
}
