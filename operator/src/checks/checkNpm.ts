import {
  causeOf,
  entryTimeoutMs,
  unavailable,
  type EntryCheck,
} from './EntryCheck';

const publicRegistry = 'https://registry.npmjs.org';
/** The short form of a package's document: names and versions without readmes. */
const abbreviated = 'application/vnd.npm.install-v1+json';

/** Looks whether an npm registry has a package, and which version is offered. */
export async function checkNpm(request: {
  name: string;
  version?: string;
  registryURL?: string;
  token?: string;
}): Promise<EntryCheck> {
  const { name, version, registryURL = publicRegistry, token } = request;
  const url = `${registryURL.replace(/\/+$/, '')}/${name.replace('/', '%2f')}`;
  try {
    const response = await fetch(url, {
      headers: {
        accept: abbreviated,
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      signal: AbortSignal.timeout(entryTimeoutMs),
    });
    if (response.status === 404)
      return unavailable(
        `Package "${name}" is not in ${registryURL}. Correct its name or registryURL.`,
      );
    if (!response.ok)
      return unavailable(
        `${registryURL} answered ${response.status} for package "${name}".`,
      );
    const document = (await response.json()) as {
      'dist-tags'?: Record<string, string>;
      versions?: Record<string, { dist?: { integrity?: string } }>;
    };
    const tags = document['dist-tags'] ?? {};
    // An exact version or a tag is looked up; of a range the newest is told, as an installer would mostly take it.
    const isExact = version !== undefined && /^\d+\.\d+\.\d+/.test(version);
    const resolved = isExact
      ? version
      : tags[version ?? 'latest'] ?? tags.latest;
    const found =
      resolved === undefined ? undefined : document.versions?.[resolved];
    if (!found)
      return unavailable(
        `Package "${name}" has no version ${
          version ?? 'latest'
        }. Correct the version.`,
      );
    const integrity = found.dist?.integrity;
    return {
      ok: true,
      version: resolved,
      ...(integrity ? { digest: integrity.slice(0, 128) } : {}),
    };
  } catch (error) {
    return unavailable(
      `${registryURL} cannot be asked for package "${name}": ${causeOf(
        error,
      )}.`,
    );
  }
}
