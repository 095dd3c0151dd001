import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { unauthorized } from '../errors/ApiError';
import {
  defaultAudience,
  type ServiceAccountTokens,
} from './ServiceAccountTokens';
import { anonymous, type UserInfo } from './UserInfo';

/** Who a token of the server's own belongs to. */
export interface StaticToken {
  token: string;
  user: UserInfo;
}

/** Finds out who asks: by bearer token, or nobody. */
export class Authenticator {
  constructor(
    private readonly statics: StaticToken[],
    private readonly tokens: ServiceAccountTokens,
  ) {}

  /** @throws ApiError 401 for a token that is not good */
  async authenticate(request: IncomingMessage): Promise<UserInfo> {
    const token = bearerTokenOf(request);
    if (token === undefined) return anonymous;
    const user =
      this.staticUser(token) ??
      (await this.tokens.verify(token, [defaultAudience]))?.user;
    if (!user) throw unauthorized();
    return user;
  }

  /** The user of one of the server's own tokens. */
  staticUser(token: string): UserInfo | undefined {
    const given = Buffer.from(token);
    return this.statics.find(each => {
      const expected = Buffer.from(each.token);
      return (
        expected.length === given.length && timingSafeEqual(expected, given)
      );
    })?.user;
  }
}

/** From the header, or, for browsers that cannot set it on a WebSocket, from the subprotocols. */
function bearerTokenOf({ headers }: IncomingMessage): string | undefined {
  const match = /^Bearer\s+(.+)$/i.exec(headers.authorization ?? '');
  if (match) return match[1].trim();
  const prefix = 'base64url.bearer.authorization.k8s.io.';
  const protocol = headers['sec-websocket-protocol']
    ?.split(',')
    .map(each => each.trim())
    .find(each => each.startsWith(prefix));
  return (
    protocol &&
    Buffer.from(protocol.slice(prefix.length), 'base64url').toString()
  );
}
