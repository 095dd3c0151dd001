import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { KubeConfig } from '@kubernetes/client-node';

/** One request to the API server, as raw as a test needs it. */
export interface ApiRequest {
  method?: string;
  body?: unknown;
  /** Default `application/json`. */
  contentType?: string;
  headers?: Record<string, string>;
  /** Sent instead of the kubeconfig's own; empty for none. */
  token?: string;
}

/** The whole answer. `body` is parsed when it is JSON. */
export interface ApiAnswer {
  status: number;
  headers: IncomingMessage['headers'];
  // Any kind of object may come back, and a test looks at just the fields it is about.
  body: any;
}

/** Talks to the API server that KUBECONFIG names, without any client in between that could hide what it says. */
export class ApiServer {
  readonly server: string;
  private readonly agent: Agent;
  private readonly headers: Record<string, string>;

  constructor(readonly kubeconfig: string) {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    const cluster = config.getCurrentCluster()!;
    const user = config.getCurrentUser()!;
    const pem = (data?: string, file?: string) =>
      data ? Buffer.from(data, 'base64') : file && readFileSync(file);
    this.server = cluster.server;
    this.agent = new Agent({
      keepAlive: true,
      ca: pem(cluster.caData, cluster.caFile),
      cert: pem(user.certData, user.certFile),
      key: pem(user.keyData, user.keyFile),
      rejectUnauthorized: !cluster.skipTLSVerify,
    });
    this.headers = user.token ? { Authorization: `Bearer ${user.token}` } : {};
  }

  /** Sends a request and answers its head; the caller reads the body. */
  open(
    path: string,
    { method = 'GET', body, contentType, headers, token }: ApiRequest = {},
  ): Promise<IncomingMessage> {
    const payload =
      body === undefined || typeof body === 'string'
        ? (body as string | undefined)
        : JSON.stringify(body);
    const own =
      token === undefined
        ? this.headers
        : (token && { Authorization: `Bearer ${token}` }) || {};
    return new Promise((resolve, reject) => {
      const sent = request(
        new URL(path, this.server),
        {
          method,
          agent: this.agent,
          headers: {
            Accept: 'application/json',
            ...own,
            ...(payload === undefined
              ? {}
              : {
                  'Content-Type': contentType ?? 'application/json',
                  'Content-Length': Buffer.byteLength(payload),
                }),
            ...headers,
          },
        },
        resolve,
      );
      sent.on('error', reject);
      sent.end(payload);
    });
  }

  async send(path: string, options?: ApiRequest): Promise<ApiAnswer> {
    const response = await this.open(path, options);
    let text = '';
    response.setEncoding('utf8');
    for await (const chunk of response) text += chunk;
    // The index of OpenAPI v3 is JSON that does not say so.
    const isJson =
      response.headers['content-type']?.includes('json') ||
      text.startsWith('{');
    return {
      status: response.statusCode!,
      headers: response.headers,
      body: isJson && text ? JSON.parse(text) : text,
    };
  }

  get = (path: string, headers?: Record<string, string>) =>
    this.send(path, { headers });

  post = (path: string, body: unknown, options: ApiRequest = {}) =>
    this.send(path, { ...options, method: 'POST', body });

  put = (path: string, body: unknown, options: ApiRequest = {}) =>
    this.send(path, { ...options, method: 'PUT', body });

  delete = (path: string, body?: unknown) =>
    this.send(path, { method: 'DELETE', body });

  /** A patch in one of the four dialects. */
  patch = (
    kind: 'json' | 'merge' | 'strategic' | 'apply',
    path: string,
    body: unknown,
  ) =>
    this.send(path, {
      method: 'PATCH',
      body,
      contentType: {
        json: 'application/json-patch+json',
        merge: 'application/merge-patch+json',
        strategic: 'application/strategic-merge-patch+json',
        apply: 'application/apply-patch+yaml',
      }[kind],
    });

  close() {
    this.agent.destroy();
  }
}
