import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import type { ClusterAccess } from './ClusterAccess';

interface Named {
  name: string;
}
interface ClusterEntry {
  server: string;
  'certificate-authority'?: string;
  'certificate-authority-data'?: string;
  'insecure-skip-tls-verify'?: boolean;
  'tls-server-name'?: string;
}
interface UserEntry {
  token?: string;
  tokenFile?: string;
  'client-certificate'?: string;
  'client-certificate-data'?: string;
  'client-key'?: string;
  'client-key-data'?: string;
  username?: string;
  password?: string;
  exec?: unknown;
  'auth-provider'?: unknown;
}
interface KubeConfigFile {
  'current-context'?: string;
  clusters?: (Named & { cluster: ClusterEntry })[];
  users?: (Named & { user: UserEntry })[];
  contexts?: (Named & {
    context: { cluster: string; user: string; namespace?: string };
  })[];
}

/** What a kubeconfig lacks or names that is not there. */
export class KubeConfigError extends Error {
  readonly name = 'KubeConfigError';
}

function find<T extends Named>(
  entries: T[] | undefined,
  name: string | undefined,
  what: string,
): T {
  const entry = entries?.find(candidate => candidate.name === name);
  if (!entry) {
    throw new KubeConfigError(
      `The kubeconfig has no ${what} named "${
        name ?? ''
      }". Check current-context, or choose a context that is complete.`,
    );
  }
  return entry;
}

/** Access as the file's current (or the named) context describes it. */
export async function kubeConfigFileAccess(
  file: string,
  context?: string,
): Promise<ClusterAccess> {
  return kubeConfigAccess(await readFile(file, 'utf8'), {
    directory: dirname(resolve(file)),
    context,
  });
}

/**
 * Access as a kubeconfig's text describes it: certificates, tokens, token files and basic authentication directly; exec plugins and other
 * providers through `@kubernetes/client-node`, which is loaded only then because it is large.
 */
export async function kubeConfigAccess(
  text: string,
  options: { directory?: string; context?: string } = {},
): Promise<ClusterAccess> {
  const config = parse(text) as KubeConfigFile;
  const contextName = options.context ?? config['current-context'];
  const { context } = find(config.contexts, contextName, 'context');
  const { cluster } = find(config.clusters, context.cluster, 'cluster');
  const user = context.user
    ? find(config.users, context.user, 'user').user ?? {}
    : {};
  const inDirectory = (path: string) => resolve(options.directory ?? '.', path);
  const pem = async (data?: string, path?: string) => {
    if (data) return Buffer.from(data, 'base64');
    return path ? readFile(inDirectory(path)) : undefined;
  };
  const access = {
    server: cluster.server.replace(/\/+$/, ''),
    namespace: context.namespace ?? 'default',
    tls: {
      ca: await pem(
        cluster['certificate-authority-data'],
        cluster['certificate-authority'],
      ),
      cert: await pem(
        user['client-certificate-data'],
        user['client-certificate'],
      ),
      key: await pem(user['client-key-data'], user['client-key']),
      servername: cluster['tls-server-name'],
      rejectUnauthorized: cluster['insecure-skip-tls-verify']
        ? false
        : undefined,
    },
  };
  if (user.exec || user['auth-provider']) {
    const { providerHeaders } = await import('./providerHeaders');
    return { ...access, headers: await providerHeaders(text, contextName!) };
  }
  return { ...access, headers: () => staticHeaders(user, inDirectory) };
}

async function staticHeaders(
  user: UserEntry,
  inDirectory: (path: string) => string,
): Promise<Record<string, string>> {
  const token = user.tokenFile
    ? (await readFile(inDirectory(user.tokenFile), 'utf8')).trim()
    : user.token;
  if (token) return { authorization: `Bearer ${token}` };
  if (user.username) {
    const pair = Buffer.from(`${user.username}:${user.password ?? ''}`);
    return { authorization: `Basic ${pair.toString('base64')}` };
  }
  return {};
}
