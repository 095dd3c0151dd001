import {
  request as requestHttp,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Readable } from 'node:stream';
import type { LookupFunction } from 'node:net';
import type { OutboundAgents } from './OutboundAgents';
import { UpstreamError } from './UpstreamError';

/** A request to a server in the world. */
export interface UpstreamCall {
  url: URL;
  method: string;
  headers: OutgoingHttpHeaders;
  body?: Buffer | Readable;
  agents: OutboundAgents;
  /** Resolves the host; the system does when unset. */
  lookup?: LookupFunction;
  /** Ends the call, and the answer too if it has begun. */
  signal: AbortSignal;
  /** Longest silence, also before the first byte, in milliseconds. */
  silenceMs: number;
}

/** Twice the 5 s that a lost SYN and its two repetitions take. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Sends a request and resolves when the answer's head is there. Redirects are answers like any other.
 *
 * @throws {@link UpstreamError} when there is no answer
 */
export async function callUpstream(
  call: UpstreamCall,
): Promise<IncomingMessage> {
  try {
    return await attempt(call);
  } catch (error) {
    // A server may close a kept connection just when it is used again; then it has not seen the request.
    if (isStale(error) && !(call.body && 'pipe' in call.body))
      return await attempt(call);
    throw error;
  }
}

class StaleConnectionError extends UpstreamError {}

function isStale(error: unknown): boolean {
  return error instanceof StaleConnectionError;
}

function attempt(call: UpstreamCall): Promise<IncomingMessage> {
  const { url, method, headers, body, agents, lookup, signal, silenceMs } =
    call;
  const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(
    url,
    { method, headers, agent: agents.for(url), lookup, signal },
  );
  return new Promise((resolve, reject) => {
    const connecting = setTimeout(
      () =>
        request.destroy(
          timedOut(url, 'did not take the connection', CONNECT_TIMEOUT_MS),
        ),
      CONNECT_TIMEOUT_MS,
    );
    request.once('socket', socket => {
      const ready = () => clearTimeout(connecting);
      if (!socket.connecting) ready();
      else
        socket.once(
          url.protocol === 'https:' ? 'secureConnect' : 'connect',
          ready,
        );
    });
    request.setTimeout(silenceMs, () =>
      request.destroy(timedOut(url, 'said nothing', silenceMs)),
    );
    request.once('response', response => {
      clearTimeout(connecting);
      resolve(response);
    });
    request.once('error', error => {
      clearTimeout(connecting);
      reject(upstreamErrorOf(error, call, request.reusedSocket));
    });
    // After the answer's head its own stream tells of errors; this one only must not be unheard.
    request.on('error', () => undefined);
    if (body && 'pipe' in body) {
      body.pipe(request);
      body.once('error', error => request.destroy(error));
    } else {
      request.end(body);
    }
  });
}

function timedOut(url: URL, what: string, ms: number): UpstreamError {
  return new UpstreamError(
    `${url.host} ${what} within ${ms / 1000} s.`,
    'TimedOut',
  );
}

function upstreamErrorOf(
  error: NodeJS.ErrnoException,
  { url, signal }: UpstreamCall,
  wasReused: boolean,
): UpstreamError {
  if (error instanceof UpstreamError) return error;
  if (signal.aborted) {
    return new UpstreamError(
      `The call to ${url.host} was stopped.`,
      'Aborted',
      { cause: error },
    );
  }
  const ErrorClass =
    wasReused && error.code === 'ECONNRESET'
      ? StaleConnectionError
      : UpstreamError;
  return new ErrorClass(
    `${url.host} could not be reached: ${reasonOf(error)}.`,
    'Unreachable',
    { cause: error },
  );
}

const REASONS: Record<string, string> = {
  ENOTFOUND: 'its name does not resolve',
  EAI_AGAIN: 'the name server does not answer',
  ECONNREFUSED: 'it refuses connections',
  ECONNRESET: 'it closed the connection without an answer',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  ETIMEDOUT: 'it does not answer',
};

function reasonOf(error: NodeJS.ErrnoException): string {
  const { code = '', message } = error;
  return REASONS[code] ?? (message || code).replace(/\.$/, '');
}
