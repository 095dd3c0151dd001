import { join } from 'node:path';

/** Where a pod finds its service account. */
export const SERVICE_ACCOUNT_PATH =
  '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * A kubeconfig that does what the mounted service account does in a real pod. Clients look for that at a fixed path, which is not there
 * where mounts are only emulated; they all read `KUBECONFIG`.
 *
 * @param folder - where the service account's files lie on the host
 */
export function serviceAccountKubeconfig(
  server: string,
  namespace: string,
  folder: string,
): string {
  const name = 'pod';
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: { server, 'certificate-authority': join(folder, 'ca.crt') },
      },
    ],
    users: [{ name, user: { tokenFile: join(folder, 'token') } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace } }],
    'current-context': name,
  });
}
