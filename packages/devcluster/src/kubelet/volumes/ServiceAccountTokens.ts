import {
  resourcePath,
  ServiceAccount,
  type KubeClient,
  type Pod,
} from '@greenroom/controller-runtime';
import type { TokenProjection } from './volumePayload';

interface TokenRequest {
  status: { token: string; expirationTimestamp: string };
}

interface Issued {
  token: string;
  refreshAt: number;
}

/** A token is renewed after 80 % of its life, or a day, as kubelets do. */
const REFRESH_AT = 0.8;
const LONGEST_USE_MS = 24 * 3600_000;
/** The API's default. */
const DEFAULT_LIFETIME_S = 3600;

/** The tokens of one pod's service account, bound to the pod, one for each audience, renewed in time. */
export class ServiceAccountTokens {
  readonly #client: KubeClient;
  readonly #pod: Pod;
  readonly #issued = new Map<string, Issued>();

  constructor(client: KubeClient, pod: Pod) {
    this.#client = client;
    this.#pod = pod;
  }

  /** The tokens by audience, asking for those that are missing or due. */
  async refresh(
    projections: readonly TokenProjection[],
    now: number,
  ): Promise<Map<string, string>> {
    await Promise.all(
      projections.map(async projection => {
        const audience = projection.audience ?? '';
        const present = this.#issued.get(audience);
        if (present && present.refreshAt > now) return;
        this.#issued.set(audience, await this.#request(projection, now));
      }),
    );
    return new Map(
      [...this.#issued].map(([audience, { token }]) => [audience, token]),
    );
  }

  /** When the next one is due, in milliseconds since the epoch. */
  get refreshAt(): number | undefined {
    const times = [...this.#issued.values()].map(({ refreshAt }) => refreshAt);
    return times.length ? Math.min(...times) : undefined;
  }

  async #request(projection: TokenProjection, now: number): Promise<Issued> {
    const { namespace, name, uid } = this.#pod.metadata;
    const path = resourcePath(ServiceAccount, {
      namespace,
      name: this.#pod.spec!.serviceAccountName ?? 'default',
      subresource: 'token',
    });
    const answer = await this.#client.raw({
      method: 'POST',
      path,
      body: JSON.stringify({
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: {
          audiences: projection.audience ? [projection.audience] : [],
          expirationSeconds: projection.expirationSeconds ?? DEFAULT_LIFETIME_S,
          boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
        },
      }),
    });
    const { token, expirationTimestamp } = (JSON.parse(answer) as TokenRequest)
      .status;
    const lifetime = Date.parse(expirationTimestamp) - now;
    return {
      token,
      refreshAt: now + Math.min(lifetime * REFRESH_AT, LONGEST_USE_MS),
    };
  }
}
