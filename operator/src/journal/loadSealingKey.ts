import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ApiError,
  Secret,
  type KubeClient,
} from '@greenroom/controller-runtime';
import { SealingKey } from '@greenroom/protocol/node';

/** Name of the Secret with the key that seals sessions. */
export const CLUSTER_KEY_SECRET = 'greenroom-cluster-key';
const PRIVATE = 'ed25519.pem';
const PUBLIC = 'ed25519.pub';

/** The cluster's key, from its Secret; made on first use. Lose it, and old seals can be checked but no new ones made under its name. */
export async function loadSealingKey(
  client: KubeClient,
  namespace: string,
): Promise<SealingKey> {
  const key = { namespace, name: CLUSTER_KEY_SECRET };
  const secret = await client.find(Secret, key);
  if (secret?.data?.[PRIVATE]) {
    return SealingKey.fromPem(
      Buffer.from(secret.data[PRIVATE], 'base64').toString('utf8'),
    );
  }
  const made = SealingKey.generate();
  const base64 = (value: string | Uint8Array) =>
    Buffer.from(value).toString('base64');
  try {
    await client.create(Secret, {
      metadata: key,
      type: 'Opaque',
      data: {
        [PRIVATE]: base64(made.toPem()),
        // Whoever verifies needs only this: the raw key in base64, as text.
        [PUBLIC]: base64(base64(made.publicKey)),
        'key-id': base64(made.keyId),
      },
    });
    return made;
  } catch (error) {
    if (ApiError.isAlreadyExists(error))
      return loadSealingKey(client, namespace);
    throw error;
  }
}

/** Puts the public key beside the journal, so that its records can be verified without the cluster. */
export async function publishSealingKey(
  journalDir: string,
  key: SealingKey,
): Promise<void> {
  const folder = join(journalDir, 'keys');
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, `${key.keyId}.pub`),
    Buffer.from(key.publicKey).toString('base64'),
  );
}
