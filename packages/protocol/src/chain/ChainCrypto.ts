/** SHA-256 of some bytes, in lower-case hexadecimal. Injected, so that the chain runs wherever there is one. */
export type Sha256Function = (bytes: Uint8Array) => string;

/** Whether `signature` (64 bytes) is Ed25519's of `message` by the raw 32-byte public key. */
export type VerifySignature = (
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
) => boolean;

/** Ed25519's signature (64 bytes) of a message. */
export type SignMessage = (message: Uint8Array) => Uint8Array;
