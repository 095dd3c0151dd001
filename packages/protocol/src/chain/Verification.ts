import type { Sha256Function, VerifySignature } from './ChainCrypto';
import type { Genesis } from './Genesis';
import type { Seal } from './Seal';

/** An entry as it is stored: with its body, or with what is left of it after an erasure. */
export type StoredEntry =
  | { seq: number; body: string; salt: string; hash: string }
  | {
      seq: number;
      /** Hexadecimal. */
      commitment: string;
      hash: string;
      /** The request that the body was erased by. */
      erasedBy: string;
    };

/** Where a record is not what it was, and the two hashes that do not agree there. */
export interface BadPlace {
  /** The first entry that cannot be relied on. */
  seq: number;
  what: 'genesis' | 'entry' | 'seal' | 'signature' | 'end';
  /** What the record says, and what its bytes give; hexadecimal. */
  expected?: string;
  found?: string;
  message: string;
}

/** What a verification found. */
export type Verification = {
  sessionId: string;
  /** Entries whose hashes were computed and agree, from the first on. */
  verified: number;
  /** The last of them that a good seal covers. */
  sealedSeq: number;
  /** Entries whose body was erased; their commitments hold. */
  erased: readonly { seq: number; request: string }[];
} & (
  | { outcome: 'intact' }
  /** Whole as far as it goes, but no final seal: the session is open, or was interrupted. */
  | { outcome: 'unsealed'; message: string }
  | { outcome: 'altered'; at: BadPlace }
  | { outcome: 'gap'; from: number; to: number; message: string }
  /** A seal names a key that is not at hand. */
  | { outcome: 'unverifiable'; keyId: string; message: string }
);

/** What a record is checked against. */
export interface VerifySessionOptions {
  sessionId: string;
  /** In the order of the record. */
  entries: Iterable<StoredEntry>;
  /** In any order. */
  seals: Iterable<Seal>;
  /** The cluster's public keys (raw, 32 bytes) by their ids. */
  keys: ReadonlyMap<string, Uint8Array>;
  sha256: Sha256Function;
  verifySignature: VerifySignature;
  /** What the chain must begin with; without it, what its first event says, which the first seal then vouches for. */
  genesis?: Genesis;
}
