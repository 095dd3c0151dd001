import { createServer, type Server } from 'node:http';
import type { Registry } from 'prom-client';

/** What health is made of. */
export interface HealthChecks {
  /** Why the process should be restarted; undefined while it is well. */
  ill(): string | undefined;
  /** Why the pod cannot take work now; undefined when it can. */
  unready(): string | undefined;
  metrics: Registry;
}

/** `/healthz`, `/readyz` and `/metrics`, for the kubelet and Prometheus. Nothing here is secret or changes anything. */
export function healthServer({ ill, unready, metrics }: HealthChecks): Server {
  const server = createServer((request, response) => {
    const answer = (reason: string | undefined) => {
      response.writeHead(reason ? 503 : 200, { 'content-type': 'text/plain' });
      response.end(reason ?? 'ok');
    };
    const path = request.url?.split('?')[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405).end();
    } else if (path === '/healthz') answer(ill());
    else if (path === '/readyz') answer(ill() ?? unready());
    else if (path === '/metrics') {
      metrics.metrics().then(
        text =>
          response
            .writeHead(200, { 'content-type': metrics.contentType })
            .end(text),
        () => response.writeHead(500).end(),
      );
    } else response.writeHead(404).end();
  });
  server.requestTimeout = 10_000;
  server.headersTimeout = 5_000;
  server.maxConnections = 64;
  return server;
}
