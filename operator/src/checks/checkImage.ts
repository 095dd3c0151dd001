import {
  causeOf,
  entryTimeoutMs,
  invalid,
  unavailable,
  type EntryCheck,
} from './EntryCheck';
import { parseImage, type ImageReference } from './parseImage';

/** A name and password for a registry. */
export interface RegistryLogin {
  readonly username: string;
  readonly password: string;
}

const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** Asks a registry for an image's manifest, as a kubelet would before pulling it. */
export async function checkImage(
  image: string,
  login: RegistryLogin | undefined,
): Promise<EntryCheck> {
  const parsed = parseImage(image);
  if (!parsed)
    return invalid(
      `"${image}" is not the name of an image. Write it as registry/repository:tag.`,
    );
  const signal = AbortSignal.timeout(entryTimeoutMs);
  try {
    let response = await head(parsed, undefined, signal);
    if (response.status === 401) {
      const authorization = await authorize(
        response.headers.get('www-authenticate') ?? '',
        parsed,
        login,
        signal,
      );
      if (authorization) response = await head(parsed, authorization, signal);
    }
    if (response.ok) {
      const digest = response.headers.get('docker-content-digest') ?? undefined;
      return {
        ok: true,
        version: parsed.reference,
        ...(digest ? { digest } : {}),
      };
    }
    return unavailable(refusal(image, response.status, login !== undefined));
  } catch (error) {
    return unavailable(
      `Registry "${
        parsed.registry
      }" of image "${image}" cannot be asked: ${causeOf(error)}.`,
    );
  }
}

function head(
  { registry, repository, reference }: ImageReference,
  authorization: string | undefined,
  signal: AbortSignal,
): Promise<Response> {
  // A registry on this machine has no certificate; nothing else is asked without one.
  const scheme = /^(localhost|127\.\d+\.\d+\.\d+)(:\d+)?$/.test(registry)
    ? 'http'
    : 'https';
  return fetch(
    `${scheme}://${registry}/v2/${repository}/manifests/${reference}`,
    {
      method: 'HEAD',
      headers: {
        accept: manifestTypes,
        ...(authorization ? { authorization } : {}),
      },
      signal,
    },
  );
}

/** Answers a registry's challenge. Credentials go only to the registry itself, or over TLS to the realm that it names. */
async function authorize(
  challenge: string,
  { registry, repository }: ImageReference,
  login: RegistryLogin | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  const basic =
    login &&
    `Basic ${Buffer.from(`${login.username}:${login.password}`).toString(
      'base64',
    )}`;
  if (/^basic/i.test(challenge)) return basic;
  const parameters = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [
      key.toLowerCase(),
      value,
    ]),
  );
  if (
    !/^bearer/i.test(challenge) ||
    !parameters.realm ||
    !URL.canParse(parameters.realm)
  )
    return undefined;
  const realm = new URL(parameters.realm);
  const isOwn = realm.host === registry;
  if (realm.protocol !== 'https:' && !isOwn) return undefined;
  if (parameters.service) realm.searchParams.set('service', parameters.service);
  realm.searchParams.set(
    'scope',
    parameters.scope ?? `repository:${repository}:pull`,
  );
  const response = await fetch(realm, {
    headers: basic ? { authorization: basic } : {},
    signal,
    redirect: 'error',
  });
  if (!response.ok) return undefined;
  const body = (await response.json()) as {
    token?: string;
    access_token?: string;
  };
  const token = body.token ?? body.access_token;
  return token ? `Bearer ${token}` : undefined;
}

function refusal(image: string, status: number, hadLogin: boolean): string {
  if (status === 404)
    return `Image "${image}" does not exist in its registry. Correct the name or the tag.`;
  if (status === 401 || status === 403) {
    return hadLogin
      ? `The registry refused the login for image "${image}" (${status}). Correct the Secret that secretRef names.`
      : `Image "${image}" is private, or does not exist (${status}). Name a pull secret in secretRef, or correct the name.`;
  }
  return `The registry of image "${image}" answered ${status}.`;
}

/** The login for an image's registry in a pull secret (`kubernetes.io/dockerconfigjson`). */
export function loginFrom(
  dockerConfigJson: string | undefined,
  image: string,
): RegistryLogin | undefined {
  const registry = parseImage(image)?.registry;
  if (!dockerConfigJson || !registry) return undefined;
  try {
    const { auths = {} } = JSON.parse(dockerConfigJson) as {
      auths?: Record<
        string,
        { auth?: string; username?: string; password?: string }
      >;
    };
    const names =
      registry === 'registry-1.docker.io'
        ? ['https://index.docker.io/v1/', 'docker.io', registry]
        : [registry, `https://${registry}`];
    const found = names.map(name => auths[name]).find(Boolean);
    if (!found) return undefined;
    const [username = '', ...rest] = Buffer.from(found.auth ?? '', 'base64')
      .toString('utf8')
      .split(':');
    return {
      username: found.username ?? username,
      password: found.password ?? rest.join(':'),
    };
  } catch {
    // A Secret that is no such configuration holds no login.
    return undefined;
  }
}
