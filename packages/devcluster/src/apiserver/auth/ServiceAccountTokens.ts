import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  type KeyObject,
} from 'node:crypto';
import {
  exportJWK,
  jwtVerify,
  SignJWT,
  calculateJwkThumbprint,
  type JWTPayload,
} from 'jose';
import type { ObjectStore } from '../../store/ObjectStore';
import type { UserInfo } from './UserInfo';

export const issuer = 'https://kubernetes.default.svc.cluster.local';
/** What a token is for when nobody says: the API server itself. */
export const defaultAudience = issuer;

/** What a token is bound to: it dies with that object. */
export interface TokenBinding {
  kind: 'Pod' | 'Secret' | 'Node';
  name: string;
  uid: string;
}

export interface TokenRequest {
  namespace: string;
  serviceAccount: { name: string; uid: string };
  audiences: string[];
  expirationSeconds: number;
  binding?: TokenBinding;
  /** The node of the pod that the token is bound to. */
  node?: { name: string; uid?: string };
}

/** A token that was found good, and for whom it speaks. */
export interface VerifiedToken {
  user: UserInfo;
  audiences: string[];
}

/** Signatures are checked once; whether what a token is bound to still lives is looked up each time. */
const cacheSize = 2000;

/** Issues and checks the tokens of service accounts: JWTs signed with the server's own key. */
export class ServiceAccountTokens {
  private readonly privateKey: KeyObject;
  private readonly publicKey: KeyObject;
  private readonly verified = new Map<string, JWTPayload>();

  /** @param pem - the signing key, P-256 in PKCS #8 */
  constructor(
    pem: string,
    private readonly store: ObjectStore,
    private readonly now: () => number,
  ) {
    this.privateKey = createPrivateKey(pem);
    this.publicKey = createPublicKey(this.privateKey);
  }

  static newKey(): string {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  }

  /** The public key as clients that check tokens by themselves fetch it. */
  async keySet(): Promise<{ keys: unknown[] }> {
    const jwk = await exportJWK(this.publicKey);
    return {
      keys: [
        {
          use: 'sig',
          alg: 'ES256',
          kid: await calculateJwkThumbprint(jwk),
          ...jwk,
        },
      ],
    };
  }

  /** @returns the token and when it ends, in milliseconds since the epoch */
  async issue(
    request: TokenRequest,
  ): Promise<{ token: string; expiresAt: number }> {
    const {
      namespace,
      serviceAccount,
      audiences,
      expirationSeconds,
      binding,
      node,
    } = request;
    const issuedAt = Math.floor(this.now() / 1000);
    const expiresAt = issuedAt + expirationSeconds;
    const claims = {
      'kubernetes.io': {
        namespace,
        ...(node && { node }),
        ...(binding && {
          [binding.kind.toLowerCase()]: {
            name: binding.name,
            uid: binding.uid,
          },
        }),
        serviceaccount: { name: serviceAccount.name, uid: serviceAccount.uid },
      },
    };
    const kid = await calculateJwkThumbprint(await exportJWK(this.publicKey));
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid })
      .setIssuer(issuer)
      .setSubject(`system:serviceaccount:${namespace}:${serviceAccount.name}`)
      .setAudience(audiences)
      .setIssuedAt(issuedAt)
      .setNotBefore(issuedAt)
      .setExpirationTime(expiresAt)
      .setJti(randomUUID())
      .sign(this.privateKey);
    return { token, expiresAt: expiresAt * 1000 };
  }

  /** For whom the token speaks to these audiences; `undefined` if it is not good or what it is bound to is gone. */
  async verify(
    token: string,
    audiences: string[],
  ): Promise<VerifiedToken | undefined> {
    const claims = await this.claimsOf(token);
    if (!claims || (claims.exp ?? 0) * 1000 <= this.now()) return undefined;
    const offered = Array.isArray(claims.aud) ? claims.aud : [claims.aud ?? ''];
    const shared = audiences.filter(each => offered.includes(each));
    if (!shared.length) return undefined;
    const user = this.userOf(claims);
    return user && { user, audiences: shared };
  }

  private async claimsOf(token: string): Promise<JWTPayload | undefined> {
    const known = this.verified.get(token);
    if (known) return known;
    try {
      const { payload } = await jwtVerify(token, this.publicKey, {
        issuer,
        currentDate: new Date(this.now()),
      });
      if (this.verified.size >= cacheSize) this.verified.clear();
      this.verified.set(token, payload);
      return payload;
    } catch {
      return undefined;
    }
  }

  private userOf(claims: JWTPayload): UserInfo | undefined {
    const bound = claims['kubernetes.io'] as {
      namespace: string;
      pod?: { name: string; uid: string };
      secret?: { name: string; uid: string };
      node?: { name: string; uid?: string };
      serviceaccount: { name: string; uid: string };
    };
    const { namespace, serviceaccount, pod, secret, node } = bound;
    const isAlive = (
      collection: string,
      each: { name: string; uid: string },
    ) => {
      const object = this.store.get(collection, namespace, each.name);
      if (object?.metadata.uid !== each.uid) return false;
      const { deletionTimestamp } = object.metadata;
      // A pod that is going needs its token until it has gone.
      return (
        !deletionTimestamp ||
        Date.parse(deletionTimestamp) + 60_000 > this.now()
      );
    };
    if (!isAlive('/serviceaccounts', serviceaccount)) return undefined;
    if (pod && !isAlive('/pods', pod)) return undefined;
    if (secret && !isAlive('/secrets', secret)) return undefined;
    const prefix = 'authentication.kubernetes.io';
    return {
      username: `system:serviceaccount:${namespace}:${serviceaccount.name}`,
      uid: serviceaccount.uid,
      groups: [
        'system:serviceaccounts',
        `system:serviceaccounts:${namespace}`,
        'system:authenticated',
      ],
      extra: {
        [`${prefix}/credential-id`]: [`JTI=${claims.jti}`],
        ...(node?.name && { [`${prefix}/node-name`]: [node.name] }),
        ...(node?.uid && { [`${prefix}/node-uid`]: [node.uid] }),
        ...(pod && {
          [`${prefix}/pod-name`]: [pod.name],
          [`${prefix}/pod-uid`]: [pod.uid],
        }),
      },
    };
  }
}
