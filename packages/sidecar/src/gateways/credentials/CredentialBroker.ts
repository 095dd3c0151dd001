import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Transform } from 'node:stream';
import { RouteError, type RouteContext } from '../../server/SidecarServer';
import type { HeldSession } from '../../log/HeldSession';
import type { SidecarServices } from '../../SidecarServices';
import { callUpstream } from '../egress/callUpstream';
import { OutboundAgents } from '../egress/OutboundAgents';
import { pinnedLookup, resolveHost } from '../egress/resolveHost';
import { UpstreamError } from '../egress/UpstreamError';
import { upstreamProxyFor } from '../egress/upstreamProxyFor';
import { brokeredHeaders, brokerAnswerHeaders } from './brokeredHeaders';
import { brokerTarget } from './brokerTarget';
import { CredentialFileError, CredentialFiles } from './CredentialFiles';
import { decideBrokered } from './decideBrokered';

/** Packages and pushes of a repository; what is larger does not belong through a credential. */
const LARGEST_REQUEST_BYTES = 1024 * 1024 * 1024;
/** Servers that pack a repository are silent for minutes. */
const SILENCE_MS = 5 * 60_000;

type Forward = Extract<ReturnType<typeof decideBrokered>, { act: 'forward' }>;

/** Puts the agent's secrets into requests to the hosts that they are for. The agent never sees them, whatever a server repeats. */
export class CredentialBroker {
  private readonly agents: OutboundAgents;
  private readonly credentials: CredentialFiles;

  constructor(private readonly services: SidecarServices) {
    this.agents = new OutboundAgents(services.config.env);
    this.credentials = new CredentialFiles({
      credentialsDir: services.config.credentialsDir,
      secrets: services.secrets,
    });
    services.onStop(() => this.agents.close());
  }

  /** Serves `/proxy/<credential>/<host>/<path>`. */
  async serve({ request, response, params }: RouteContext): Promise<void> {
    const { settings, server, turnSignal } = this.services;
    const name = params.credential ?? '';
    // The query is the upstream server's alone: a `session` in it is none of ours.
    const session = server.resolveSession(request, new URL('http://sidecar/'));
    const target = brokerTarget(restOf(request.url ?? ''));
    const decision = decideBrokered({
      settings: settings.current,
      name,
      target,
    });
    if (decision.act === 'deny') {
      await this.deny(session, name, target, decision.message);
      throw new RouteError(403, 'CredentialDenied', decision.message);
    }
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort();
    });
    const signal = AbortSignal.any([gone.signal, turnSignal(session.id)]);
    await this.obeyPolicies(session, request, name, target, signal);
    const upstream = await this.forward(request, target, decision, signal);
    await this.answer(upstream, response, name, target, signal);
  }

  private async forward(
    request: IncomingMessage,
    target: URL,
    { credential, by, reach }: Forward,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const lookup = await this.lookup(target, by, reach, credential.name);
    const secret = await this.secret(credential);
    try {
      return await callUpstream({
        url: target,
        method: request.method ?? 'GET',
        headers: brokeredHeaders(request.headers, credential, secret),
        ...(hasBody(request) && { body: limited(request) }),
        agents: this.agents,
        ...(lookup && { lookup }),
        signal,
        silenceMs: SILENCE_MS,
      });
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const status = error.reason === 'TimedOut' ? 504 : 502;
      throw new RouteError(status, error.reason, error.message, {
        cause: error,
      });
    }
  }

  private async answer(
    upstream: IncomingMessage,
    response: ServerResponse,
    credential: string,
    target: URL,
    signal: AbortSignal,
  ): Promise<void> {
    const { secrets } = this.services;
    response.writeHead(
      upstream.statusCode ?? 502,
      brokerAnswerHeaders(
        upstream.headers,
        text => known(secrets, text),
        location => this.placeOf(location, credential, target),
      ),
    );
    const stream = secrets.byteStream();
    try {
      for await (const chunk of upstream as AsyncIterable<Buffer>) {
        const safe = stream.push(chunk);
        if (safe.length > 0 && !response.write(safe))
          await once(response, 'drain', { signal });
      }
      response.end(stream.end());
    } catch {
      // Half an answer must not look like a whole one.
      response.destroy();
    }
  }

  /** Where a redirect leads through the broker; undefined when the credential may not go there. */
  private placeOf(
    location: string,
    name: string,
    from: URL,
  ): string | undefined {
    if (!URL.canParse(location, from)) return undefined;
    const target = new URL(location, from);
    if (!/^https?:$/.test(target.protocol) || target.username) return undefined;
    const settings = this.services.settings.current;
    const { act } = decideBrokered({ settings, name, target });
    return act === 'forward'
      ? `/proxy/${encodeURIComponent(name)}/${target.href}`
      : undefined;
  }

  private async lookup(
    target: URL,
    by: string,
    reach: Forward['reach'],
    name: string,
  ) {
    const isHttp = target.protocol === 'http:';
    const port = Number(target.port || (isHttp ? 80 : 443));
    const host = target.hostname;
    if (upstreamProxyFor({ host, port, isHttp }, this.services.config.env))
      return undefined;
    const resolved = await resolveHost(host, reach, []);
    if (resolved.found === 'addresses') return pinnedLookup(resolved.addresses);
    if (resolved.found === 'nothing')
      throw new RouteError(502, 'Unreachable', resolved.message);
    throw new RouteError(
      403,
      'CredentialDenied',
      `${host} resolves to ${resolved.address}, ${resolved.what}, to which "${by}" does not extend. Add "${host}" itself to the hosts of credential "${name}" to allow it.`,
    );
  }

  private async secret({ name, key }: Forward['credential']): Promise<string> {
    try {
      return await this.credentials.read(name, key);
    } catch (error) {
      if (!(error instanceof CredentialFileError)) throw error;
      const { agent } = this.services.settings.current;
      throw new RouteError(
        502,
        'CredentialMissing',
        `${error.message} Look at the condition Ready of Agent "${agent.name}" in namespace "${agent.namespace}" for the command that adds its Secret.`,
        { cause: error },
      );
    }
  }

  private async obeyPolicies(
    session: HeldSession,
    request: IncomingMessage,
    credential: string,
    target: URL,
    signal: AbortSignal,
  ): Promise<void> {
    const isHttp = target.protocol === 'http:';
    const permit = await this.services.policy.enforce(
      session,
      {
        about: 'credential',
        credential,
        host: target.hostname,
        port: Number(target.port || (isHttp ? 80 : 443)),
        method: request.method ?? '',
        path: target.pathname,
      },
      { signal },
    );
    if (!permit.allowed)
      throw new RouteError(403, 'PolicyDenied', permit.message);
  }

  private async deny(
    session: HeldSession,
    credential: string,
    target: URL,
    message: string,
  ): Promise<void> {
    await this.services.emit(session.id, {
      type: 'policy.denied',
      payload: {
        about: 'credential',
        target: `${credential} for ${target.host}`.slice(0, 1_024),
        message,
      },
    });
  }
}

/** What follows `/proxy/<credential>/`, undecoded: the upstream server decodes its own path. */
function restOf(url: string): string {
  return url.replace(/^\/proxy\/[^/?]*\/?/, '');
}

/** A text without the secrets of this pod; what only looks like one may be the agent's own. */
function known(secrets: SidecarServices['secrets'], text: string): string {
  const stream = secrets.textStream();
  return stream.push(text) + stream.end();
}

function hasBody({ headers }: IncomingMessage): boolean {
  return (
    headers['transfer-encoding'] !== undefined ||
    Number(headers['content-length'] ?? 0) > 0
  );
}

function limited(request: IncomingMessage): Transform {
  let bytes = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes <= LARGEST_REQUEST_BYTES) done(null, chunk);
      else
        done(
          new RouteError(
            413,
            'TooLarge',
            `The body is larger than ${LARGEST_REQUEST_BYTES} bytes.`,
          ),
        );
    },
  });
  request.once('error', error => counter.destroy(error));
  return request.pipe(counter);
}
