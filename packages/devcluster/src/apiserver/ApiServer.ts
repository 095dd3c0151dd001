import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Authenticator } from './auth/Authenticator';
import { forbiddenMessage } from './auth/forbiddenMessage';
import { impersonate } from './auth/impersonate';
import type { UserInfo } from './auth/UserInfo';
import { PathAnswers } from './discovery/PathAnswers';
import {
  ApiError,
  forbidden,
  internalError,
  pathNotFound,
} from './errors/ApiError';
import { handleResource } from './handlers/handleResource';
import type { RequestContext } from './http/RequestContext';
import { sendReply, type Reply } from './http/Reply';
import { parseRequest, type RequestInfo } from './http/RequestInfo';
import type { Machinery } from './Machinery';
import type { NodeProxy } from './NodeProxy';
import { execProtocols, prepareExec } from './subresources/execPod';
import { forwardPort } from './subresources/forwardPort';
import { answerReview, isReview } from './reviews/answerReview';

export interface ApiServerOptions {
  machinery: Machinery;
  authenticator: Authenticator;
  /** PEM. */
  certificate: string;
  key: string;
  /** Told about what the server did not expect. */
  onError(error: unknown, request: string): void;
}

/** How a path below no known group is answered: by no API, so without a Status. */
const pageNotFound: Reply = {
  status: 404,
  body: undefined,
  text: '404 page not found\n',
  contentType: 'text/plain; charset=utf-8',
};

/** The Kubernetes API over HTTPS. */
export class ApiServer {
  private readonly server: Server;
  private readonly paths: PathAnswers;
  private readonly sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: 16 * 1024 * 1024,
    handleProtocols: offered =>
      execProtocols.find(each => offered.has(each)) ?? false,
  });

  constructor(private readonly options: ApiServerOptions) {
    const { registry, tokens } = options.machinery;
    this.paths = new PathAnswers(registry, tokens);
    this.server = createServer(
      {
        cert: options.certificate,
        key: options.key,
        keepAlive: true,
        noDelay: true,
      },
      (request, response) => void this.answer(request, response),
    );
    // Watches are quiet for long; the server ends them itself.
    this.server.requestTimeout = 0;
    this.server.keepAliveTimeout = 90_000;
    this.server.on('tlsClientError', (_error, socket) => socket.destroy());
    this.server.on('upgrade', (request, socket, head) => {
      void this.upgrade(request, socket as Duplex, head);
    });
  }

  /** Listens on loopback. @returns the port */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, '127.0.0.1', () => {
        this.server.off('error', reject);
        resolve();
      });
    });
    return (this.server.address() as AddressInfo).port;
  }

  /** Requests for logs, exec and ports go to this kubelet from now on. */
  registerNode(node: NodeProxy): void {
    this.options.machinery.node = node;
  }

  /** Ends every connection, the watches too. */
  async close(): Promise<void> {
    const closed = new Promise<void>(resolve =>
      this.server.close(() => resolve()),
    );
    for (const socket of this.sockets.clients) socket.terminate();
    this.server.closeAllConnections();
    await closed;
  }

  private async answer(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    try {
      const info = parseRequest(request.method ?? 'GET', request.url ?? '/');
      const user = await this.admit(request, info);
      const reply = info.isResource
        ? await this.answerResource(request, response, info, user)
        : await this.paths.answer(request, info);
      if (reply) sendReply(request, response, reply);
    } catch (error) {
      this.refuse(request, response, error);
    }
  }

  /** Who asks, once it is known that they may. @throws ApiError */
  private async admit(
    request: IncomingMessage,
    info: RequestInfo,
  ): Promise<UserInfo> {
    const { authenticator, machinery } = this.options;
    const asking = await authenticator.authenticate(request);
    const user = impersonate(request, asking, machinery.authorizer);
    const { verb, group, resource, subresource, namespace, name, path } = info;
    const attributes = info.isResource
      ? { verb, group, resource, subresource, namespace, name }
      : { verb, path };
    if (!machinery.authorizer.authorize(user, attributes).allowed) {
      const why = forbiddenMessage(user, attributes);
      if (info.isResource)
        throw forbidden({ group, resource }, name ?? '', why);
      throw new ApiError(403, 'Forbidden', `forbidden: ${why}`, {});
    }
    return user;
  }

  /** Takes WebSockets for `exec` and `attach`. */
  private async upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): Promise<void> {
    socket.on('error', () => socket.destroy());
    try {
      const info = parseRequest(request.method ?? 'GET', request.url ?? '/');
      const user = await this.admit(request, info);
      const { machinery } = this.options;
      const resource = machinery.registry.find(
        info.group,
        info.version,
        info.resource,
      );
      if (!resource || info.resource !== 'pods') throw pathNotFound();
      // What a command does is more than reading, whatever method opens the stream.
      await this.admit(request, { ...info, verb: 'create' });
      const response = undefined as unknown as ServerResponse;
      const context: RequestContext = {
        machinery,
        info,
        resource,
        user,
        request,
        response,
      };
      if (info.subresource === 'portforward') await forwardPort(context);
      if (info.subresource !== 'exec' && info.subresource !== 'attach')
        throw pathNotFound();
      const begin = prepareExec(context);
      this.sockets.handleUpgrade(
        request,
        socket,
        head,
        each => void begin(each),
      );
    } catch (error) {
      this.refuseUpgrade(request, socket, error);
    }
  }

  private refuseUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    error: unknown,
  ): void {
    const refusal = this.asRefusal(request, error);
    const body = JSON.stringify(refusal.toStatus());
    socket.end(
      `HTTP/1.1 ${refusal.code} ${
        refusal.reason || 'Error'
      }\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${Buffer.byteLength(
          body,
        )}\r\nConnection: close\r\n\r\n${body}`,
    );
  }

  private async answerResource(
    request: IncomingMessage,
    response: ServerResponse,
    info: RequestInfo,
    user: UserInfo,
  ): Promise<Reply | void> {
    const { machinery, authenticator } = this.options;
    if (isReview(info))
      return answerReview(request, { machinery, authenticator, user, info });
    const resource = machinery.registry.find(
      info.group,
      info.version,
      info.resource,
    );
    if (!resource) {
      const versions = machinery.registry.groups().get(info.group);
      if (versions?.includes(info.version)) throw pathNotFound();
      return pageNotFound;
    }
    const context: RequestContext = {
      machinery,
      info,
      resource,
      user,
      request,
      response,
    };
    return handleResource(context);
  }

  private refuse(
    request: IncomingMessage,
    response: ServerResponse,
    error: unknown,
  ): void {
    const refusal = this.asRefusal(request, error);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const { code, details } = refusal;
    if (details?.retryAfterSeconds) {
      response.setHeader('Retry-After', String(details.retryAfterSeconds));
    }
    sendReply(request, response, { status: code, body: refusal.toStatus() });
  }

  private asRefusal(request: IncomingMessage, error: unknown): ApiError {
    if (error instanceof ApiError) return error;
    this.options.onError(error, `${request.method} ${request.url}`);
    return internalError(
      error instanceof Error ? error.message : String(error),
    );
  }
}
