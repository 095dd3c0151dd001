import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import findMyWay, { type HTTPMethod } from 'find-my-way';
import type { HeldSession } from '../log/HeldSession';

/** A request cannot be served; the message says why and what to do, and goes to the caller. */
export class RouteError extends Error {
  readonly name = 'RouteError';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** One request, with what its route needs to know. */
export interface RouteContext {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  params: Record<string, string | undefined>;
  /** The session that the caller works for; set unless the route says `session: 'none'`. */
  session: HeldSession;
}

/** How a route is served. */
export interface RouteOptions {
  /**
   * `required`: the request must belong to an open session: the one it names in `X-Greenroom-Session` or `?session=`, or the only
   * one there is. `none`: the route does not look.
   */
  session: 'required' | 'none';
}

/** Serves one route; whatever it throws becomes a clear answer. */
export type RouteHandler = (context: RouteContext) => Promise<void> | void;

/** What the server asks of the rest of the sidecar. */
export interface SidecarServerOptions {
  openSessions(): HeldSession[];
  session(id: string): HeldSession | undefined;
  warn(fact: Record<string, unknown>, message: string): void;
  redact(text: string): string;
}

/** Requests that one agent may have open: a hundred tools and models at once, and no more. */
const MOST_CONNECTIONS = 512;
const HEADERS_TIMEOUT_MS = 10_000;

/** The sidecar's routes for its agent. Gateways add theirs with `route`. */
export class SidecarServer {
  private readonly router = findMyWay({
    caseSensitive: true,
    maxParamLength: 1_024,
    defaultRoute: (request, response) => {
      answerError(
        response,
        new RouteError(
          404,
          'NotFound',
          `There is no ${request.method} ${
            request.url?.split('?')[0]
          } here. See "The sidecar's HTTP surface" in the documentation.`,
        ),
      );
    },
  });
  private readonly server: Server;

  constructor(private readonly options: SidecarServerOptions) {
    this.server = createServer((request, response) =>
      this.router.lookup(request, response),
    );
    this.server.maxConnections = MOST_CONNECTIONS;
    this.server.headersTimeout = HEADERS_TIMEOUT_MS;
    // Model and tool calls stream for as long as they take; their gateways have time-outs of their own.
    this.server.requestTimeout = 0;
  }

  /** Adds a route; `path` in find-my-way's syntax (`/mcp/:tool`, `/llm/:model/*`). */
  route(
    method: HTTPMethod | HTTPMethod[],
    path: string,
    options: RouteOptions,
    handler: RouteHandler,
  ): void {
    this.router.on(method, path, (request, response, params) => {
      void this.serve(request, response, params, options, handler);
    });
  }

  /** @returns the port */
  listen(port: number, host: string): Promise<number> {
    return listenOn(this.server, port, host);
  }

  close(): Promise<void> {
    return new Promise(resolve => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private async serve(
    request: IncomingMessage,
    response: ServerResponse,
    params: Record<string, string | undefined>,
    { session }: RouteOptions,
    handler: RouteHandler,
  ): Promise<void> {
    try {
      const url = new URL(request.url ?? '/', 'http://sidecar');
      const resolved =
        session === 'required' ? this.resolveSession(request, url) : undefined;
      await handler({
        request,
        response,
        url,
        params,
        session: resolved as HeldSession,
      });
    } catch (error) {
      if (!(error instanceof RouteError)) {
        this.options.warn(
          {
            err: error,
            route: `${request.method} ${request.url?.split('?')[0]}`,
          },
          'a request failed',
        );
      }
      answerError(response, routeErrorOf(error), text =>
        this.options.redact(text),
      );
    }
  }

  /** The session that a request belongs to, as `session: 'required'` finds it. @throws RouteError */
  resolveSession(request: IncomingMessage, url: URL): HeldSession {
    const named =
      request.headers['x-greenroom-session'] ??
      url.searchParams.get('session') ??
      undefined;
    if (typeof named === 'string') {
      const session = this.options.session(named);
      if (!session)
        throw new RouteError(
          404,
          'UnknownSession',
          `Session "${named}" is not open here.`,
        );
      if (session.state !== 'open')
        throw new RouteError(
          410,
          'SessionEnded',
          `Session "${named}" has ended.`,
        );
      return session;
    }
    const open = this.options.openSessions();
    if (open.length === 1) return open[0];
    throw new RouteError(
      409,
      'SessionNeeded',
      open.length === 0
        ? 'No session is open. Wait until one is.'
        : `${open.length} sessions are open. Name one in the header X-Greenroom-Session (the agent finds it in SESSION_ID).`,
    );
  }
}

function routeErrorOf(error: unknown): RouteError {
  if (error instanceof RouteError) return error;
  const { name, message, reason } = error as Error & { reason?: string };
  if (name === 'EventRefusedError') {
    const status =
      {
        Forbidden: 403,
        SessionEnded: 410,
        UnknownSession: 404,
        Overloaded: 429,
      }[reason ?? ''] ?? 400;
    return new RouteError(status, reason ?? 'Refused', message);
  }
  if (name === 'ArtifactError' || name === 'OutsideFolderError')
    return new RouteError(400, name, message);
  if (name === 'OperatorCallError')
    return new RouteError(502, 'OperatorRefused', message);
  if (name === 'RequestEndedError')
    return new RouteError(409, 'RequestEnded', message);
  return new RouteError(
    500,
    'Internal',
    'The sidecar failed at this request. Its log says why.',
  );
}

/** Answers with the one form that errors have: `{error: {code, message}}`. */
export function answerError(
  response: ServerResponse,
  error: RouteError,
  redact: (text: string) => string = text => text,
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  answerJson(response, error.status, {
    error: { code: error.code, message: redact(error.message) },
  });
}

/** Answers with JSON. */
export function answerJson(
  response: ServerResponse,
  status: number,
  body: unknown,
): void {
  const content = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': content.length,
    'cache-control': 'no-store',
  });
  response.end(content);
}

/** Starts a server; the error of a port that is taken says which. */
export function listenOn(
  server: Server,
  port: number,
  host: string,
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', error =>
      reject(
        new Error(
          `The sidecar cannot listen on ${host}:${port}: ${error.message}. Another process of the pod may hold the port.`,
          { cause: error },
        ),
      ),
    );
    server.listen(port, host, () =>
      resolve((server.address() as AddressInfo).port),
    );
  });
}
