import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import findMyWay from 'find-my-way';
import { z } from 'zod';
import type { EventStream } from '../events/EventStream';
import { Cancel, Close, Inject } from '../messages/Inject';
import { SessionOpen } from '../messages/SessionOpen';
import type { Acceptance, Sessions } from '../sessions/Sessions';
import { BadRequestError, readJson } from './readJson';

/** Answer of `GET /health`: what this runtime can do beyond the plain `stream` contract. */
const HEALTH = {
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
};

/** Where the runtime listens; port 0 takes a free one. */
export interface ListenOptions {
  host: string;
  streamPort: number;
  injectPort: number;
}

/** The two listeners of the contract `stream`: events out, input in. */
export class RuntimeServer {
  private readonly stream: Server;
  private readonly input: Server;

  constructor(
    private readonly sessions: Sessions,
    private readonly events: EventStream,
    private readonly onShutdown: () => void,
  ) {
    this.stream = createServer(this.streamRoutes());
    this.input = createServer(this.inputRoutes());
  }

  async listen(
    options: ListenOptions,
  ): Promise<{ stream: number; input: number }> {
    const stream = await listenOn(
      this.stream,
      options.streamPort,
      options.host,
    );
    const input = await listenOn(this.input, options.injectPort, options.host);
    return { stream, input };
  }

  async close(): Promise<void> {
    await this.sessions.closeAll();
    this.events.close();
    await Promise.all([this.stream, this.input].map(closeServer));
  }

  private streamRoutes() {
    const router = newRouter();
    router.on('GET', '/health', (_, response) =>
      answer(response, 200, { ...HEALTH, instance: this.events.instance }),
    );
    router.on('GET', '/stream', (request, response) => {
      const id = request.headers['last-event-id'];
      this.events.attach(response, Array.isArray(id) ? id[0] : id);
    });
    return routed(router);
  }

  private inputRoutes() {
    const router = newRouter();
    const post = <T>(
      path: string,
      schema: z.ZodType<T>,
      act: (body: T) => Promise<Reply> | Reply,
    ) =>
      router.on('POST', path, (request, response) => {
        void respond(request, response, schema, act);
      });
    router.on('GET', '/health', (_, response) =>
      answer(response, 200, { ...HEALTH, instance: this.events.instance }),
    );
    post('/open', SessionOpen, body => [
      200,
      { state: this.sessions.open(body) },
    ]);
    post('/inject', Inject, body => replyOf(this.sessions.inject(body)));
    post('/cancel', Cancel, body =>
      replyOf(this.sessions.cancel(body.session_id, body.turn_id, body.reason)),
    );
    post('/close', Close, async body => {
      await this.sessions.close(body.session_id);
      return [200, { closed: true }];
    });
    post('/keepalive', z.unknown(), () => [200, { alive: true }]);
    post('/shutdown', z.unknown(), () => {
      this.onShutdown();
      return [202, { stopping: true }];
    });
    return routed(router);
  }
}

type Reply = [status: number, body: unknown];

function newRouter() {
  return findMyWay({
    defaultRoute: (request, response) =>
      answer(response, 404, {
        error: `There is no ${request.method} ${request.url} here.`,
      }),
  });
}

function routed(router: ReturnType<typeof newRouter>) {
  return (request: IncomingMessage, response: ServerResponse) =>
    router.lookup(request, response);
}

async function respond<T>(
  request: IncomingMessage,
  response: ServerResponse,
  schema: z.ZodType<T>,
  act: (body: T) => Promise<Reply> | Reply,
): Promise<void> {
  try {
    const [status, body] = await act(await readJson(request, schema));
    answer(response, status, body);
  } catch (error) {
    const status = error instanceof BadRequestError ? error.status : 500;
    answer(response, status, { error: (error as Error).message });
  }
}

function replyOf(acceptance: Acceptance): Reply {
  return acceptance.accepted
    ? [202, { accepted: true, duplicate: acceptance.duplicate ?? false }]
    : [acceptance.status, { error: acceptance.message }];
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function listenOn(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', error =>
      reject(
        new Error(
          `The runtime cannot listen on ${host}:${port}: ${error.message}. Another process of the pod may hold the port.`,
          { cause: error },
        ),
      ),
    );
    server.listen(port, host, () =>
      resolve((server.address() as AddressInfo).port),
    );
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
