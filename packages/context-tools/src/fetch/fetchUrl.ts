import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { Agent as HttpAgent } from 'node:http';

/** A URL context could not be fetched; the message says why in words. */
export class FetchContextError extends Error {
  readonly name = 'FetchContextError';
}

/** How to fetch one URL. */
export interface UrlRequest {
  source: string;
  headers: Record<string, string>;
  /** Keys of the Secret: `token`, or `username` and `password`, or a whole `authorization` header. */
  secret?: Record<string, string>;
  insecureSkipTLSVerify: boolean;
  timeoutMs: number;
  /** PEM certificates to trust; Node's own when unset. */
  ca?: string[];
  /** `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY` in either case. */
  proxyEnv?: NodeJS.ProcessEnv;
}

/** The design's limit for URL contexts: 10 MiB. */
export const LARGEST_URL_CONTEXT_BYTES = 10 * 1024 * 1024;
/** Enough for a host's move and a login-free download service; browsers stop at 20. */
const MOST_REDIRECTS = 5;

/** The `Authorization` header that a Secret asks for. */
export function authorizationOf(
  secret: Record<string, string> | undefined,
): string | undefined {
  if (!secret) return undefined;
  if (secret.authorization) return secret.authorization.trim();
  if (secret.token) return `Bearer ${secret.token.trim()}`;
  if (secret.username !== undefined && secret.password !== undefined) {
    return `Basic ${Buffer.from(
      `${secret.username.trim()}:${secret.password.trim()}`,
    ).toString('base64')}`;
  }
  throw new FetchContextError(
    'The Secret of the URL context has neither "token", "username" and "password", nor "authorization". Add one of them.',
  );
}

function get(
  url: URL,
  headers: Record<string, string>,
  request: UrlRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const proxyEnv = request.proxyEnv ?? {};
  const options =
    url.protocol === 'https:'
      ? {
          headers,
          signal,
          agent: new Agent({
            proxyEnv,
            ...(request.ca && { ca: request.ca }),
            rejectUnauthorized: !request.insecureSkipTLSVerify,
          }),
        }
      : { headers, signal, agent: new HttpAgent({ proxyEnv }) };
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    send(url, options, resolve).on('error', reject).end();
  });
}

async function readLimited(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    if (bytes > LARGEST_URL_CONTEXT_BYTES) {
      response.destroy();
      throw new FetchContextError(
        'it is larger than 10 MiB. Serve a smaller file, or use a Git context.',
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Headers for a redirect to another origin: neither credentials nor what the manifest set, which may be one. */
async function follow(
  request: UrlRequest,
  signal: AbortSignal,
): Promise<Buffer> {
  let url = new URL(request.source);
  const authorization = authorizationOf(request.secret);
  let headers: Record<string, string> = {
    ...request.headers,
    ...(authorization && { authorization }),
  };
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await get(url, headers, request, signal);
    const status = response.statusCode ?? 0;
    if (status >= 300 && status < 400 && response.headers.location) {
      response.resume();
      const next = new URL(response.headers.location, url);
      if (
        next.protocol !== 'https:' &&
        !(next.protocol === 'http:' && url.protocol === 'http:')
      ) {
        throw new FetchContextError(
          `the server redirects to ${next.protocol}//, which is not followed.`,
        );
      }
      if (next.origin !== url.origin) headers = {};
      url = next;
      continue;
    }
    if (status !== 200) {
      response.resume();
      throw new FetchContextError(
        `the server answered ${status} ${response.statusMessage ?? ''}`.trim(),
      );
    }
    return await readLimited(response);
  }
  throw new FetchContextError(
    `the server redirects more than ${MOST_REDIRECTS} times`,
  );
}

/**
 * Fetches the content of a URL context: at most 10 MiB within its time-out, credentials never sent to another origin.
 *
 * @throws {@link FetchContextError}
 */
export async function fetchUrl(request: UrlRequest): Promise<Buffer> {
  const signal = AbortSignal.timeout(request.timeoutMs);
  try {
    return await follow(request, signal);
  } catch (error) {
    const because = signal.aborted
      ? `it took longer than ${
          request.timeoutMs / 1000
        } s. Raise url.timeout if the server is slow.`
      : (error as Error).message;
    throw new FetchContextError(
      `${request.source} could not be fetched: ${because}`,
      { cause: error },
    );
  }
}
