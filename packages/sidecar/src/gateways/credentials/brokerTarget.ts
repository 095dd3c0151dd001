import { RouteError } from '../../server/SidecarServer';

/**
 * The address that a path below `/proxy/<credential>/` stands for: `<host>[:<port>]/<path>` by https, or a whole address with its
 * scheme.
 *
 * @param rest - as the client sent it, not decoded, with its query
 * @throws RouteError 400
 */
export function brokerTarget(rest: string): URL {
  const [, scheme = 'https', address] = /^(?:(https?):\/{1,2})?(.*)$/is.exec(
    rest,
  )!;
  const text = `${scheme.toLowerCase()}://${address}`;
  const target = URL.canParse(text) ? new URL(text) : undefined;
  if (!target?.hostname || address.startsWith('/')) {
    throw new RouteError(
      400,
      'NoTarget',
      'The path names no host. Use /proxy/<credential>/<host>/<path>, such as /proxy/github/api.github.com/user.',
    );
  }
  if (target.username || target.password) {
    throw new RouteError(
      400,
      'UserInTarget',
      'The address holds a user name or password. Leave it out: the credential is put in here.',
    );
  }
  target.hostname = target.hostname.replace(/\.$/, '');
  target.hash = '';
  return target;
}
