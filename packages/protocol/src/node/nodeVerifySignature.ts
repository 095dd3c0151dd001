import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import type { VerifySignature } from '../chain/ChainCrypto';

const keyObjects = new WeakMap<Uint8Array, KeyObject>();

/** Making a key costs as much as a quarter of a verification, and a record has one seal in a hundred entries. */
function publicKeyObject(raw: Uint8Array): KeyObject {
  const known = keyObjects.get(raw);
  if (known) return known;
  const made = createPublicKey({
    key: {
      kty: 'OKP',
      crv: 'Ed25519',
      x: Buffer.from(raw).toString('base64url'),
    },
    format: 'jwk',
  });
  keyObjects.set(raw, made);
  return made;
}

/** Ed25519 by OpenSSL. */
export const nodeVerifySignature: VerifySignature = (
  publicKey,
  message,
  signature,
) =>
  publicKey.length === 32 &&
  verify(undefined, message, publicKeyObject(publicKey), signature);
