import * as http from 'node:http';
import * as https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, type StatusBody } from './ApiError';
import type { ClusterAccess } from './ClusterAccess';

/** One request to the API server; `path` is relative to the server's base URL. */
export interface TransportRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  body?: string | Buffer;
  contentType?: string;
  accept?: string;
  signal?: AbortSignal;
  /** How long to wait for the answer's headers, in milliseconds; default 30,000. */
  timeoutMs?: number;
}

/** Told about each answered or failed request; `code` is 0 where there was no answer. */
export type RequestObserver = (request: {
  method: string;
  path: string;
  code: number;
  durationMs: number;
}) => void;

const DEFAULT_TIMEOUT_MS = 30_000;
/** An API server that answers 429 is asked again this often, as it says in Retry-After. */
const MAX_THROTTLED_ATTEMPTS = 6;

/** Sends requests over kept-alive connections and turns refusals into {@link ApiError}. */
export class HttpTransport {
  readonly #access: ClusterAccess;
  readonly #base: URL;
  readonly #agent: http.Agent | https.Agent;
  readonly #userAgent: string;
  readonly #observers = new Set<RequestObserver>();
  #sent = 0;

  constructor(access: ClusterAccess, userAgent: string) {
    this.#access = access;
    this.#base = new URL(access.server);
    this.#userAgent = userAgent;
    // A watch holds a connection of its own, so sockets are not limited; idle ones are.
    const options = { keepAlive: true, maxFreeSockets: 16, noDelay: true };
    this.#agent =
      this.#base.protocol === 'http:'
        ? new http.Agent(options)
        : new https.Agent({ ...options, ...definedOnly(access.tls) });
  }

  /** Requests sent since the start, retries included. */
  get sent(): number {
    return this.#sent;
  }

  observe(observer: RequestObserver): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /** Sends and returns the response with its body unread; throws {@link ApiError} for any status ≥ 400. */
  async send(request: TransportRequest): Promise<http.IncomingMessage> {
    for (let attempt = 1; ; attempt++) {
      let response: http.IncomingMessage;
      try {
        response = await this.#sendOnce(request);
      } catch (error) {
        // The server may close a kept-alive connection just as it is used again. Reading twice does no harm.
        if (
          attempt === 1 &&
          request.method === 'GET' &&
          isConnectionReset(error)
        ) {
          continue;
        }
        throw error;
      }
      const code = response.statusCode ?? 0;
      if (code < 400) return response;
      const error = await refusal(request, response);
      const throttled = code === 429 && attempt < MAX_THROTTLED_ATTEMPTS;
      if (!throttled) throw error;
      const seconds = Number(response.headers['retry-after'] ?? 1) || 1;
      await sleep(Math.min(seconds, 10) * 1000, undefined, {
        signal: request.signal,
      });
    }
  }

  /** Sends and returns the whole body as text. */
  async text(request: TransportRequest): Promise<string> {
    return readText(await this.send(request));
  }

  /** Closes idle and busy connections alike. */
  close(): void {
    this.#agent.destroy();
  }

  async #sendOnce(request: TransportRequest): Promise<http.IncomingMessage> {
    request.signal?.throwIfAborted();
    const headers: Record<string, string | number> = {
      ...(await this.#access.headers()),
      accept: request.accept ?? 'application/json',
      'user-agent': this.#userAgent,
    };
    if (request.body !== undefined) {
      headers['content-type'] = request.contentType ?? 'application/json';
      headers['content-length'] = Buffer.byteLength(request.body);
    }
    const path = this.#base.pathname.replace(/\/$/, '') + withQuery(request);
    const started = performance.now();
    this.#sent++;
    try {
      const response = await this.#exchange(request, path, headers);
      this.#report(request, response.statusCode ?? 0, started);
      return response;
    } catch (error) {
      this.#report(request, 0, started);
      throw error;
    }
  }

  #exchange(
    request: TransportRequest,
    path: string,
    headers: http.OutgoingHttpHeaders,
  ): Promise<http.IncomingMessage> {
    return new Promise((resolve, reject) => {
      const send =
        this.#base.protocol === 'http:' ? http.request : https.request;
      const outgoing = send({
        method: request.method,
        protocol: this.#base.protocol,
        hostname: this.#base.hostname.replace(/^\[|\]$/g, ''),
        port: this.#base.port || undefined,
        path,
        headers,
        agent: this.#agent,
        signal: request.signal,
      });
      const timeoutMs = request.timeoutMs ?? DEFAULT_TIMEOUT_MS;
      const timer = setTimeout(() => {
        outgoing.destroy(
          new Error(
            `${request.method} ${request.path}: no answer from ${
              this.#base.host
            } within ${timeoutMs} ms. Check that the API server is reachable.`,
          ),
        );
      }, timeoutMs);
      outgoing.on('response', response => {
        clearTimeout(timer);
        response.socket?.setKeepAlive(true, 30_000);
        resolve(response);
      });
      outgoing.on('error', error => {
        clearTimeout(timer);
        reject(error);
      });
      outgoing.end(request.body);
    });
  }

  #report(request: TransportRequest, code: number, started: number): void {
    const durationMs = performance.now() - started;
    for (const observer of this.#observers) {
      observer({
        method: request.method,
        path: request.path,
        code,
        durationMs,
      });
    }
  }
}

function withQuery({ path, query }: TransportRequest): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  const text = parameters.toString();
  if (!text) return path;
  return path + (path.includes('?') ? '&' : '?') + text;
}

async function refusal(
  request: TransportRequest,
  response: http.IncomingMessage,
): Promise<ApiError> {
  const body = await readText(response).catch(() => '');
  const code = response.statusCode ?? 0;
  const line = `${request.method} ${request.path}`;
  try {
    const status = JSON.parse(body) as StatusBody;
    const message = status.message ?? `status ${code}`;
    return new ApiError(code, status.reason ?? '', message, line, status);
  } catch {
    const text = body.slice(0, 500).trim() || `status ${code}`;
    return new ApiError(code, '', text, line);
  }
}

async function readText(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function isConnectionReset(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ECONNRESET' || code === 'EPIPE';
}

function definedOnly<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}
