import { stringify } from 'yaml';

/** A kubeconfig for one server and one bearer token. */
export function kubeconfig({
  server,
  ca,
  token,
}: {
  /** Like `https://127.0.0.1:6443`. */
  server: string;
  /** PEM. */
  ca: string;
  token: string;
}): string {
  const name = 'greenroom-devcluster';
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: {
          server,
          'certificate-authority-data': Buffer.from(ca).toString('base64'),
        },
      },
    ],
    users: [{ name: 'admin', user: { token } }],
    contexts: [
      { name, context: { cluster: name, user: 'admin', namespace: 'default' } },
    ],
    'current-context': name,
  });
}
