import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { randomServiceAddress } from '../apiserver/kinds/ClusterAddresses';
import { ServiceAccountTokens } from '../apiserver/auth/ServiceAccountTokens';
import {
  createCertificates,
  type ClusterCertificates,
} from './ClusterCertificates';

/** What must be the same after a restart, so that kubeconfigs, tokens and pods stay good. */
export interface ClusterSecrets {
  certificates: ClusterCertificates;
  adminToken: string;
  /** PEM of the key that signs service account tokens. */
  signingKey: string;
  /** The cluster address of the API server's own Service; the certificate names it. */
  serviceAddress: string;
}

async function createSecrets(): Promise<ClusterSecrets> {
  const serviceAddress = randomServiceAddress();
  return {
    serviceAddress,
    certificates: await createCertificates(serviceAddress),
    adminToken: randomBytes(32).toString('base64url'),
    signingKey: ServiceAccountTokens.newKey(),
  };
}

/** The secrets kept in a folder, made and written there (for the owner's eyes only) if they are not; without a folder, new ones. */
export async function loadSecrets(
  folder: string | undefined,
): Promise<ClusterSecrets> {
  if (!folder) return createSecrets();
  const file = path.join(folder, 'secrets.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  const secrets = await createSecrets();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}
