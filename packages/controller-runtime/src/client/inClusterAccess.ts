import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterAccess } from './ClusterAccess';

/** Where the kubelet mounts a pod's ServiceAccount. */
const SERVICE_ACCOUNT_DIR = '/var/run/secrets/kubernetes.io/serviceaccount';

/** A projected token is renewed by the kubelet long before it ends; client-go reads it again after one minute too. */
const TOKEN_REREAD_MS = 60_000;

/** Access of a pod through its mounted ServiceAccount. Throws if the pod has none. */
export async function inClusterAccess(options: {
  host: string;
  port: string;
  directory?: string;
}): Promise<ClusterAccess> {
  const directory = options.directory ?? SERVICE_ACCOUNT_DIR;
  const read = (file: string) => readFile(join(directory, file), 'utf8');
  const ca = await read('ca.crt');
  const namespace = (await read('namespace').catch(() => 'default')).trim();
  let token = '';
  let readAt = -Infinity;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    server: `https://${host}:${options.port}`,
    namespace,
    tls: { ca },
    async headers() {
      if (performance.now() - readAt > TOKEN_REREAD_MS) {
        token = (await read('token')).trim();
        readAt = performance.now();
      }
      return { authorization: `Bearer ${token}` };
    },
  };
}
