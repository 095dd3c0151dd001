import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  sign,
  type KeyObject,
} from 'node:crypto';

/** The cluster's Ed25519 key that seals chains. */
export class SealingKey {
  /** Raw, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** `ed25519-` and the first 16 hexadecimal digits of the public key's SHA-256. */
  readonly keyId: string;

  private constructor(private readonly privateKey: KeyObject) {
    const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
    this.publicKey = new Uint8Array(Buffer.from(x!, 'base64url'));
    this.keyId = `ed25519-${hash('sha256', this.publicKey).slice(0, 16)}`;
  }

  static generate(): SealingKey {
    return new SealingKey(generateKeyPairSync('ed25519').privateKey);
  }

  /** Reads what {@link toPem} wrote. Throws when it is no Ed25519 key. */
  static fromPem(pem: string): SealingKey {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType !== 'ed25519') {
      throw new TypeError(
        `The sealing key is of type ${key.asymmetricKeyType}, but must be Ed25519. Delete its Secret to have a new one made.`,
      );
    }
    return new SealingKey(key);
  }

  /** PKCS 8; a secret. */
  toPem(): string {
    return this.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  }

  readonly sign = (message: Uint8Array): Uint8Array =>
    sign(undefined, message, this.privateKey);
}
