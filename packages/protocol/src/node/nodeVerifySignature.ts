import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import type { VerifySignature } from '../chain/ChainCrypto';

function publicKeyObject(raw: Uint8Array): KeyObject {
  return createPublicKey({
    key: {
      kty: 'OKP',
      crv: 'Ed25519',
      x: Buffer.from(raw).toString('base64url'),
    },
    format: 'jwk',
  });
}

/** Ed25519 by OpenSSL. */
export const nodeVerifySignature: VerifySignature = (
  publicKey,
  message,
  signature,
) =>
  publicKey.length === 32 &&
  verify(undefined, message, publicKeyObject(publicKey), signature);
