import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

/** Answers why something is not well, in words, or `undefined` if it is. */
export type HealthCheck = () => string | undefined;

/** Serves `/healthz`, `/readyz` and `/metrics` over plain HTTP. */
export class ObservabilityServer {
  readonly #registry: Registry;
  readonly #healthy = new Map<string, HealthCheck>();
  readonly #ready = new Map<string, HealthCheck>();
  #server: Server | undefined;

  constructor(options: { registry: Registry }) {
    this.#registry = options.registry;
  }

  /** Without it the process should be restarted. */
  addHealthCheck(name: string, check: HealthCheck): void {
    this.#healthy.set(name, check);
  }

  /** Without it nothing should be sent here. */
  addReadyCheck(name: string, check: HealthCheck): void {
    this.#ready.set(name, check);
  }

  /** Listens; port 0 takes a free one. Resolves to the port. */
  async start(address: { host: string; port: number }): Promise<number> {
    const server = createServer((request, response) => {
      const path = (request.url ?? '/').split('?')[0];
      void this.#answer(path, response);
    });
    server.requestTimeout = 10_000;
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(address.port, address.host, resolve);
    });
    return (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    const closed = new Promise(resolve => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  async #answer(path: string, response: ServerResponse): Promise<void> {
    if (path === '/healthz' || path === '/livez') {
      report(this.#healthy, response);
    } else if (path === '/readyz') {
      report(this.#ready, response);
    } else if (path === '/metrics') {
      response.setHeader('content-type', this.#registry.contentType);
      response.end(await this.#registry.metrics());
    } else {
      response.writeHead(404).end('Not found: /healthz, /readyz, /metrics.\n');
    }
  }
}

function report(
  checks: ReadonlyMap<string, HealthCheck>,
  response: ServerResponse,
): void {
  const problems: string[] = [];
  for (const [name, check] of checks) {
    const problem = check();
    if (problem !== undefined) problems.push(`${name}: ${problem}`);
  }
  response.writeHead(problems.length ? 503 : 200, {
    'content-type': 'text/plain',
  });
  response.end(problems.length ? `${problems.join('\n')}\n` : 'ok\n');
}
