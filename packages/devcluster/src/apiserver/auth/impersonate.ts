import type { IncomingMessage } from 'node:http';
import { forbidden } from '../errors/ApiError';
import type { Authorizer } from './Authorizer';
import { forbiddenMessage } from './forbiddenMessage';
import type { UserInfo } from './UserInfo';

/** The user that a request wants to act as, if the one who asks may; otherwise that one. @throws ApiError 403 */
export function impersonate(
  request: IncomingMessage,
  user: UserInfo,
  authorizer: Authorizer,
): UserInfo {
  const { headersDistinct } = request;
  const [username] = headersDistinct['impersonate-user'] ?? [];
  const groups = headersDistinct['impersonate-group'] ?? [];
  const [uid] = headersDistinct['impersonate-uid'] ?? [];
  const extra: Record<string, string[]> = {};
  for (const [name, values] of Object.entries(headersDistinct)) {
    if (name.startsWith('impersonate-extra-')) {
      extra[decodeURIComponent(name.slice('impersonate-extra-'.length))] =
        values ?? [];
    }
  }
  if (!username) return user;

  const serviceAccount = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(
    username,
  );
  const targets = [
    serviceAccount
      ? {
          group: '',
          resource: 'serviceaccounts',
          namespace: serviceAccount[1],
          name: serviceAccount[2],
        }
      : { group: '', resource: 'users', name: username },
    ...groups.map(name => ({ group: '', resource: 'groups', name })),
    ...(uid
      ? [{ group: 'authentication.k8s.io', resource: 'uids', name: uid }]
      : []),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map(name => ({
        group: 'authentication.k8s.io',
        resource: 'userextras',
        subresource: key,
        name,
      })),
    ),
  ];
  for (const target of targets) {
    const attributes = { verb: 'impersonate', ...target };
    if (!authorizer.authorize(user, attributes).allowed) {
      throw forbidden(target, target.name, forbiddenMessage(user, attributes));
    }
  }
  const implied = serviceAccount
    ? ['system:serviceaccounts', `system:serviceaccounts:${serviceAccount[1]}`]
    : [];
  const all = groups.length ? groups : implied;
  return {
    username,
    ...(uid && { uid }),
    groups:
      all.includes('system:authenticated') || username === 'system:anonymous'
        ? all
        : [...all, 'system:authenticated'],
    extra,
  };
}
