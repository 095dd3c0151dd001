import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { AdmissionServer } from './admission/AdmissionServer';
import type { IngestServer } from './ingest/IngestServer';
import type { CertificateStore } from './tls/CertificateStore';

/** Sidecars may be many; each needs one connection, and a few for blobs. */
const MAX_CONNECTIONS = 20_000;

/** The operator's TLS port: webhooks for the API server and ingest for sidecars. */
export class SecureServer {
  readonly #certificates: CertificateStore;
  readonly #admission: AdmissionServer;
  readonly #server: Server;
  /** Only while this replica leads. */
  #ingest: IngestServer | undefined;

  constructor(options: {
    certificates: CertificateStore;
    admission: AdmissionServer;
  }) {
    this.#certificates = options.certificates;
    this.#admission = options.admission;
    const { certificate, key } = this.#certificates.current;
    this.#server = createServer(
      { cert: certificate, key, minVersion: 'TLSv1.2' },
      (request, response) => this.#answer(request, response),
    );
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#server.headersTimeout = 10_000;
    // A blob of 64 MiB may come over a slow line.
    this.#server.requestTimeout = 300_000;
    this.#server.on('upgrade', (request, socket, head) =>
      this.#upgrade(request, socket, head),
    );
    this.#certificates.onChange(changed =>
      this.#server.setSecureContext({
        cert: changed.certificate,
        key: changed.key,
      }),
    );
  }

  /** Listens; port 0 takes a free one. Resolves to the port. */
  async start(address: { host: string; port: number }): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(address.port, address.host, resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on sidecars are received here, or no longer. */
  serveIngest(ingest: IngestServer | undefined): void {
    this.#ingest = ingest;
  }

  async stop(): Promise<void> {
    const closed = new Promise(resolve => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    if (this.#admission.handle(request, response)) return;
    if (this.#ingest?.handle(request, response)) return;
    const status = this.#ingest ? 404 : 503;
    response.writeHead(status, { 'content-type': 'text/plain' });
    response.end(
      this.#ingest
        ? 'Nothing is here: /admission/validate, /admission/mutate, /ingest/v1.\n'
        : 'This replica does not lead; try again.\n',
    );
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#ingest) {
      this.#ingest.upgrade(request, socket, head);
      return;
    }
    socket.on('error', () => socket.destroy());
    socket.end(
      'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
    );
  }
}
