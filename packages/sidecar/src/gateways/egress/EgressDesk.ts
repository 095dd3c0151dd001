import type { LookupAddress } from 'node:dns';
import type { HeldSession } from '../../log/HeldSession';
import { RateLimit } from '../../server/RateLimit';
import type { SidecarServices } from '../../SidecarServices';
import { addressSentence } from './addressSentence';
import { decideEgress } from './decideEgress';
import { isAddress } from './judgeAddress';
import { resolveHost, systemResolver, type NameResolver } from './resolveHost';
import { upstreamProxyFor } from './upstreamProxyFor';

/** A connection that the agent wants to make. */
export interface EgressRequest {
  /** As it will be resolved. */
  host: string;
  port: number;
  /** A plain request, whose method and path can be seen; else a tunnel. */
  http?: { method: string; path: string };
  session: HeldSession | undefined;
  signal: AbortSignal;
}

/** Where to connect to, or what to answer. */
export type EgressPermit =
  | { allowed: true; addresses: readonly LookupAddress[] }
  /** The organisation's own proxy resolves the name. */
  | { allowed: true; proxy: string }
  | { allowed: false; status: 403 | 502 | 503; message: string };

/** Refusals in a session's record each second; an agent that tries in a loop must not fill it. */
const RECORDED_PER_SECOND = 5;

/** Judges the agent's connections by name, by Policy and by address, and records what it refuses. */
export class EgressDesk {
  private readonly recorded = new RateLimit(RECORDED_PER_SECOND);

  constructor(
    private readonly services: Pick<
      SidecarServices,
      'settings' | 'policy' | 'emit' | 'logger' | 'config'
    >,
    private readonly resolver: NameResolver = systemResolver,
  ) {}

  async permit(request: EgressRequest): Promise<EgressPermit> {
    const { settings: store, config } = this.services;
    if (!store.isKnown) {
      return {
        allowed: false,
        status: 503,
        message:
          'The operator has not sent the agent’s settings yet. Try again in a moment.',
      };
    }
    const settings = store.current;
    const { host, port } = request;
    const decision = decideEgress({ host, port, settings });
    if (decision.act === 'deny')
      return await this.deny(request, decision.message);
    const refusal = await this.refusalOfPolicies(request);
    if (refusal !== undefined)
      return { allowed: false, status: 403, message: refusal };
    const { reach, networks, by } = decision;
    const proxy = upstreamProxyFor(
      { host, port, isHttp: request.http !== undefined },
      config.env,
    );
    // A proxy resolves names itself; many are unknown outside of it. An address is judged here all the same.
    if (proxy && !isAddress(host)) return { allowed: true, proxy };
    const resolved = await resolveHost(host, reach, networks, this.resolver);
    if (resolved.found === 'nothing')
      return { allowed: false, status: 502, message: resolved.message };
    if (resolved.found === 'refused') {
      return await this.deny(
        request,
        addressSentence(host, resolved, by, settings.agent),
      );
    }
    return proxy
      ? { allowed: true, proxy }
      : { allowed: true, addresses: resolved.addresses };
  }

  private async refusalOfPolicies({
    host,
    port,
    http,
    session,
    signal,
  }: EgressRequest): Promise<string | undefined> {
    const { policy } = this.services;
    const request = { about: 'egress' as const, host, port, ...http };
    if (session) {
      const permit = await policy.enforce(session, request, {
        signal,
        id: `egress:${host}:${port}`,
      });
      return permit.allowed ? undefined : permit.message;
    }
    const decision = await policy.decide(request);
    if (decision.act === 'Deny') return decision.message;
    if (decision.act !== 'RequireApproval') return undefined;
    return `${decision.message} Several sessions are at work, so nobody can be asked. Give the session's id as the proxy's user name.`;
  }

  private async deny(
    { host, port, session }: EgressRequest,
    message: string,
  ): Promise<EgressPermit> {
    const target = `${host}:${port}`.slice(0, 1_024);
    if (!session) {
      this.services.logger.warn(
        { target },
        'a connection was refused, and no session can be told',
      );
    } else if (this.recorded.take(session.id)) {
      await this.services.emit(session.id, {
        type: 'policy.denied',
        payload: { about: 'egress', target, message },
      });
    }
    return { allowed: false, status: 403, message };
  }
}
