import { trustDir } from './mountPaths';
import type { EnvVar, Volume, VolumeMount } from './PodTypes';

/** A bundle of certificates that a company trusts: one key of a ConfigMap or Secret. */
export interface CaBundleSource {
  readonly configMapRef?: { readonly name: string; readonly key?: string };
  readonly secretRef?: { readonly name: string; readonly key?: string };
}

const bundleFile = 'ca-bundle.crt';

/** The volume with the bundle, under one file name wherever it comes from. */
export function caBundleVolumes(source: CaBundleSource | undefined): Volume[] {
  if (!source) return [];
  const { configMapRef, secretRef } = source;
  if (configMapRef) {
    const items = [
      { key: configMapRef.key ?? 'ca-bundle.crt', path: bundleFile },
    ];
    return [
      { name: 'ca-bundle', configMap: { name: configMapRef.name, items } },
    ];
  }
  if (secretRef) {
    const items = [{ key: secretRef.key ?? 'ca.crt', path: bundleFile }];
    return [
      { name: 'ca-bundle', secret: { secretName: secretRef.name, items } },
    ];
  }
  return [];
}

export function caBundleMounts(
  source: CaBundleSource | undefined,
): VolumeMount[] {
  return source
    ? [{ name: 'ca-bundle', mountPath: trustDir, readOnly: true }]
    : [];
}

/** The variables by which Node, OpenSSL, curl, Git, Python and pip find certificates they trust. */
export function caBundleEnv(source: CaBundleSource | undefined): EnvVar[] {
  if (!source) return [];
  const file = `${trustDir}/${bundleFile}`;
  return [
    'NODE_EXTRA_CA_CERTS',
    'SSL_CERT_FILE',
    'CURL_CA_BUNDLE',
    'GIT_SSL_CAINFO',
    'REQUESTS_CA_BUNDLE',
    'PIP_CERT',
  ].map(name => ({ name, value: file }));
}
