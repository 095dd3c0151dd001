import { randomBytes } from 'node:crypto';
import type { Json } from '../../store/KubernetesObject';
import { forbidden } from '../errors/ApiError';
import type { AdmissionPlugin } from './AdmissionChain';

const pods = { group: '', resource: 'pods' };
const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
/** A little longer than an hour, so that a token renewed each hour never runs out. Source: the ServiceAccount admission plugin. */
const tokenSeconds = 3607;
/** rw-r--r-- */
const mode = 0o644;

function tokenVolume(name: string): Json {
  return {
    name,
    projected: {
      defaultMode: mode,
      sources: [
        {
          serviceAccountToken: {
            expirationSeconds: tokenSeconds,
            path: 'token',
          },
        },
        {
          configMap: {
            items: [{ key: 'ca.crt', path: 'ca.crt' }],
            name: 'kube-root-ca.crt',
          },
        },
        {
          downwardAPI: {
            items: [
              {
                fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' },
                path: 'namespace',
              },
            ],
          },
        },
      ],
    },
  };
}

/** Runs every pod as a service account, and gives its containers that account's token. */
export const serviceAccounts: AdmissionPlugin = {
  mutate({
    machinery,
    operation,
    resource,
    subresource,
    namespace,
    name,
    object,
  }) {
    if (
      operation !== 'CREATE' ||
      resource.collection !== '/pods' ||
      subresource ||
      !object
    )
      return;
    const { spec } = object;
    spec.serviceAccountName ||= 'default';
    spec.serviceAccount = spec.serviceAccountName;
    const account = machinery.store.get(
      '/serviceaccounts',
      namespace,
      spec.serviceAccountName,
    );
    if (!account) {
      throw forbidden(
        pods,
        name,
        `error looking up service account ${namespace}/${spec.serviceAccountName}: serviceaccount "${spec.serviceAccountName}" not found`,
      );
    }
    if (!spec.imagePullSecrets?.length && account.imagePullSecrets?.length) {
      spec.imagePullSecrets = structuredClone(account.imagePullSecrets);
    }
    const mounts =
      spec.automountServiceAccountToken ??
      account.automountServiceAccountToken ??
      true;
    if (mounts) mountToken(spec);
  },
};

function mountToken(spec: Json): void {
  const known = (spec.volumes ?? []).find((each: Json) =>
    each.name.startsWith('kube-api-access-'),
  );
  const volume =
    known?.name ??
    `kube-api-access-${randomBytes(3).toString('hex').slice(0, 5)}`;
  let isUsed = false;
  for (const container of [
    ...(spec.initContainers ?? []),
    ...(spec.containers ?? []),
  ]) {
    const mounts: Json[] = (container.volumeMounts ??= []);
    if (mounts.some(each => each.mountPath === mountPath)) continue;
    mounts.push({ mountPath, name: volume, readOnly: true });
    isUsed = true;
  }
  if (isUsed && !known)
    spec.volumes = [...(spec.volumes ?? []), tokenVolume(volume)];
}
