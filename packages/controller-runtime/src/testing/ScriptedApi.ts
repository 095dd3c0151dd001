import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeClient } from '../client/KubeClient';

/** A request that was made, with its parsed query and body. */
export interface SeenRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  body?: any;
}

/** Answers a request with a JSON body, or with a status; nothing leaves the response open for the test. */
export type Answer = (
  request: SeenRequest,
  response: ServerResponse,
) => { status?: number; body?: unknown } | undefined;

/** An API server that says what a test tells it to, over real HTTP. */
export class ScriptedApi {
  readonly seen: SeenRequest[] = [];
  /** Watches that are open. */
  readonly watches: { request: SeenRequest; response: ServerResponse }[] = [];
  answer: Answer = () => ({ status: 404 });
  readonly #server: Server;
  readonly #waiting = new Set<() => void>();

  constructor() {
    this.#server = createServer((request, response) => {
      void this.#handle(request, response);
    });
  }

  async start(): Promise<KubeClient> {
    await new Promise<void>(resolve => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = this.#server.address() as AddressInfo;
    return new KubeClient({
      server: `http://127.0.0.1:${port}`,
      namespace: 'default',
      tls: {},
      headers: async () => ({}),
    });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
  }

  /** Waits until a condition holds; looked at after each request and each {@link changed}. */
  until(condition: () => boolean): Promise<void> {
    return new Promise(resolve => {
      const look = () => {
        if (!condition()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Something happened that somebody may wait for. */
  readonly changed = (): void => {
    for (const look of [...this.#waiting]) look();
  };

  /** Sends an event to the newest watch. */
  send(type: string, object: object): void {
    this.watches
      .at(-1)!
      .response.write(`${JSON.stringify({ type, object })}\n`);
  }

  async #handle(
    incoming: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const url = new URL(incoming.url!, 'http://api');
    const text = Buffer.concat(chunks).toString();
    const request: SeenRequest = {
      method: incoming.method!,
      path: url.pathname,
      query: url.searchParams,
      body: text ? JSON.parse(text) : undefined,
    };
    this.seen.push(request);
    const answer = this.answer(request, response);
    if (answer) {
      response.writeHead(answer.status ?? 200, {
        'content-type': 'application/json',
      });
      response.end(JSON.stringify(answer.body ?? {}));
    } else {
      this.watches.push({ request, response });
      response.on('close', () => {
        const index = this.watches.findIndex(
          each => each.response === response,
        );
        if (index >= 0) this.watches.splice(index, 1);
        this.changed();
      });
    }
    this.changed();
  }
}
