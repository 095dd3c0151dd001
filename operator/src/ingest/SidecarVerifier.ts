import { createHash } from 'node:crypto';
import {
  ApiError,
  Pod,
  type KubeClient,
  type KubernetesObject,
  type ResourceType,
} from '@greenroom/controller-runtime';
import { labels } from '@greenroom/kinds';
import type { VerifiedPod } from './SidecarLink';

/** The audience that sidecars' projected tokens are made for. */
export const TOKEN_AUDIENCE = 'greenroom';
const POD_UID = 'authentication.kubernetes.io/pod-uid';
const POD_NAME = 'authentication.kubernetes.io/pod-name';
const SERVICE_ACCOUNT_PREFIX = 'system:serviceaccount:';
/** A token that was revoked is accepted no longer than this. */
const CACHE_MS = 60_000;
const MAX_CACHED = 4_096;

interface TokenReview extends KubernetesObject {
  spec: { token: string; audiences?: string[] };
  status?: {
    authenticated?: boolean;
    error?: string;
    audiences?: string[];
    user?: { username?: string; extra?: Record<string, string[]> };
  };
}

const TOKEN_REVIEW: ResourceType<TokenReview> = {
  apiVersion: 'authentication.k8s.io/v1',
  kind: 'TokenReview',
  plural: 'tokenreviews',
  scope: 'Cluster',
};

/** A sidecar that is not who it must be; `status` is the HTTP status that says so. */
export class SidecarRefusedError extends Error {
  readonly name = 'SidecarRefusedError';

  constructor(readonly status: 401 | 403 | 503, message: string) {
    super(message);
  }
}

/** Finds out which pod a token speaks for, from the API server and nobody else. */
export class SidecarVerifier {
  readonly #client: KubeClient;
  readonly #cachedPod: (key: {
    namespace: string;
    name: string;
  }) => Pod | undefined;
  readonly #now: () => number;
  /** By digest, so that no token stays in memory. */
  readonly #cache = new Map<string, { pod: VerifiedPod; until: number }>();

  constructor(options: {
    client: KubeClient;
    /** A look into the cache; a pod it lacks is read from the API server. */
    cachedPod?: (key: { namespace: string; name: string }) => Pod | undefined;
    now?: () => number;
  }) {
    this.#client = options.client;
    this.#cachedPod = options.cachedPod ?? (() => undefined);
    this.#now = options.now ?? (() => performance.now());
  }

  /** Throws {@link SidecarRefusedError}. */
  async verify(authorization: string | undefined): Promise<VerifiedPod> {
    const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
    if (!token) {
      throw new SidecarRefusedError(
        401,
        'Send the pod’s projected token: Authorization: Bearer …',
      );
    }
    const digest = createHash('sha256').update(token).digest('base64');
    const cached = this.#cache.get(digest);
    if (cached && cached.until > this.#now()) return cached.pod;
    this.#cache.delete(digest);
    const bound = await this.#review(token);
    const pod = verifiedPod(bound, await this.#pod(bound));
    if (this.#cache.size >= MAX_CACHED) this.#cache.clear();
    this.#cache.set(digest, { pod, until: this.#now() + CACHE_MS });
    return pod;
  }

  async #review(token: string): Promise<BoundPod> {
    let review: TokenReview;
    try {
      review = await this.#client.review(TOKEN_REVIEW, {
        spec: { token, audiences: [TOKEN_AUDIENCE] },
      });
    } catch (error) {
      throw new SidecarRefusedError(
        503,
        `The API server cannot review the token now: ${
          (error as Error).message
        }`,
      );
    }
    return boundPod(review.status);
  }

  async #pod(bound: BoundPod): Promise<Pod | undefined> {
    const cached = this.#cachedPod(bound);
    if (cached?.metadata.uid === bound.uid) return cached;
    try {
      return await this.#client.find(Pod, bound);
    } catch (error) {
      const isDenied = ApiError.isForbidden(error);
      throw new SidecarRefusedError(
        isDenied ? 403 : 503,
        `The pod of the token cannot be read: ${(error as Error).message}`,
      );
    }
  }
}

interface BoundPod {
  namespace: string;
  name: string;
  uid: string;
}

/** The pod that a reviewed token is bound to. Throws {@link SidecarRefusedError}. */
export function boundPod(status: TokenReview['status']): BoundPod {
  if (!status?.authenticated) {
    const reason = status?.error ? ` (${status.error})` : '';
    throw new SidecarRefusedError(401, `The token is not valid${reason}.`);
  }
  // An authenticator that knows no audiences answers none: then the token may have been made for anybody.
  if (!status.audiences?.includes(TOKEN_AUDIENCE)) {
    throw new SidecarRefusedError(
      401,
      `The token is not for audience ${TOKEN_AUDIENCE}.`,
    );
  }
  const { username = '', extra = {} } = status.user ?? {};
  const uid = extra[POD_UID]?.[0];
  const name = extra[POD_NAME]?.[0];
  const namespace = username.startsWith(SERVICE_ACCOUNT_PREFIX)
    ? username.slice(SERVICE_ACCOUNT_PREFIX.length).split(':')[0]
    : '';
  if (!uid || !name || !namespace) {
    throw new SidecarRefusedError(
      403,
      'The token is not bound to a pod: use a projected token.',
    );
  }
  return { namespace, name, uid };
}

/** Checks that the pod is there and ours, and reads what it is for from its labels. */
export function verifiedPod(
  bound: BoundPod,
  pod: Pod | undefined,
): VerifiedPod {
  const name = `${bound.namespace}/${bound.name}`;
  if (pod?.metadata.uid !== bound.uid) {
    throw new SidecarRefusedError(403, `Pod ${name} of the token is gone.`);
  }
  const podLabels = pod.metadata.labels ?? {};
  const agent = podLabels[labels.agent] ?? podLabels[labels.template];
  const isOurs = podLabels['app.kubernetes.io/managed-by'] === 'greenroom';
  if (!isOurs || !agent) {
    throw new SidecarRefusedError(
      403,
      `Pod ${name} is no pod of an agent: it lacks Greenroom’s labels.`,
    );
  }
  const sessionId = podLabels[labels.session];
  return { ...bound, agent, sessionId, labels: podLabels };
}
