import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a scripted runtime was asked. */
export interface RuntimeCall {
  path: string;
  body: Record<string, never>;
}

/** A scripted runtime of the contract `stream`: plain as x1agent's, or with Greenroom's additions. */
export class FakeRuntime {
  readonly calls: RuntimeCall[] = [];
  /** Called for each request to `:8788`; may return a status. */
  onCall: (call: RuntimeCall) => number | void = () => undefined;
  /** Whether `/health` says `greenroom/1`. */
  private readonly history: string[] = [];
  private readers = new Set<ServerResponse>();
  private stream!: Server;
  private inject!: Server;
  private ports: [number, number] = [0, 0];
  private position = 0;
  private instance = 1;
  private readonly seen = new Set<string>();

  constructor(private readonly kind: 'plain' | 'greenroom') {}

  async listen(): Promise<{ runtimeUrl: URL; injectUrl: URL }> {
    this.stream = createServer((request, response) =>
      this.serveStream(request, response),
    );
    this.inject = createServer((request, response) =>
      this.serveInject(request, response),
    );
    await Promise.all(
      [this.stream, this.inject].map(
        (server, index) =>
          new Promise<void>(resolve =>
            server.listen(this.ports[index], '127.0.0.1', resolve),
          ),
      ),
    );
    this.ports = [
      (this.stream.address() as AddressInfo).port,
      (this.inject.address() as AddressInfo).port,
    ];
    return {
      runtimeUrl: new URL(`http://127.0.0.1:${this.ports[0]}`),
      injectUrl: new URL(`http://127.0.0.1:${this.ports[1]}`),
    };
  }

  /** The process is gone. `again` starts another that knows nothing. */
  async die(): Promise<void> {
    await Promise.all(
      [this.stream, this.inject].map(
        server =>
          new Promise<void>(resolve => {
            server.close(() => resolve());
            server.closeAllConnections();
          }),
      ),
    );
    this.readers.clear();
  }

  async again(): Promise<void> {
    this.history.length = 0;
    this.seen.clear();
    this.position = 0;
    this.instance += 1;
    await this.listen();
  }

  /** Breaks the stream's connections; the runtime goes on. */
  cutStream(): void {
    for (const reader of this.readers) reader.destroy();
    this.readers.clear();
  }

  emit(event: Record<string, unknown> | Record<string, unknown>[]): void {
    const data = JSON.stringify(event);
    const isDelta =
      !Array.isArray(event) && String(event.type).startsWith('delta.');
    this.position += 1;
    const frame =
      this.kind === 'greenroom' && !isDelta
        ? `id: i${this.instance}-${this.position}\ndata: ${data}\n\n`
        : `data: ${data}\n\n`;
    if (!isDelta) this.history.push(frame);
    for (const reader of this.readers) reader.write(frame);
  }

  /** Writes bytes to the stream as they are. */
  raw(bytes: Uint8Array): void {
    for (const reader of this.readers) reader.write(bytes);
  }

  get isRead(): boolean {
    return this.readers.size > 0;
  }

  private serveStream(
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    if (request.url === '/health') {
      response.end(
        this.kind === 'plain'
          ? 'ok'
          : JSON.stringify({
              status: 'ok',
              contract: 'greenroom/1',
              capabilities: {
                multiSession: true,
                cancel: true,
                permissions: true,
                fork: false,
                models: true,
                deltas: true,
              },
            }),
      );
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const last = String(request.headers['last-event-id'] ?? '');
    const from = last.startsWith(`i${this.instance}-`)
      ? this.history.findIndex(frame => frame.startsWith(`id: ${last}\n`)) + 1
      : 0;
    for (const frame of this.history.slice(from)) response.write(frame);
    response.write(': live\n\n');
    this.readers.add(response);
    response.on('close', () => this.readers.delete(response));
  }

  private serveInject(
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    let text = '';
    request.on('data', chunk => {
      text += chunk;
    });
    request.on('end', () => {
      const call: RuntimeCall = {
        path: request.url ?? '',
        body: JSON.parse(text || '{}'),
      };
      const id = call.body.event_id as string | undefined;
      const isRepeat =
        this.kind === 'greenroom' && id !== undefined && this.seen.has(id);
      if (id) this.seen.add(id);
      this.calls.push(call);
      const status = isRepeat ? 200 : this.onCall(call) ?? 200;
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(
          JSON.stringify(
            status < 300 ? { ok: true } : { error: 'refused by the script' },
          ),
        );
    });
  }
}
