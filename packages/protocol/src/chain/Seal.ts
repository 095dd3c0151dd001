import { z } from 'zod';
import { canonicalJson } from '../canonical/canonicalJson';
import { encodeBase64 } from '../encoding/base64';
import { SessionId } from '../values/SessionId';
import { Sha256 } from '../values/Sha256';
import { Timestamp } from '../values/Timestamp';
import type { SignMessage } from './ChainCrypto';

const SEAL_DOMAIN = 'greenroom/session-seal/v1\n';

/** The cluster's signature under a chain up to an entry. */
export const Seal = z.object({
  v: z.literal(1),
  session_id: SessionId,
  key_id: z.string().min(1).max(128),
  seq: z.int().min(1),
  /** The hash of entry `seq`. */
  hash: Sha256,
  ts: Timestamp,
  /** The session ended with this entry. Without a final seal it is open or was interrupted. */
  final: z.boolean(),
  /** Ed25519, base64. */
  signature: z.string().regex(/^[A-Za-z0-9+/]{86}==$/),
});
export type Seal = z.infer<typeof Seal>;

/** A seal gets due after this many entries. */
export const SEAL_ENTRIES = 100;
/** A seal gets due this long after the first entry that has none. */
export const SEAL_INTERVAL_MS = 10_000;

/** Whether the entries since the last seal must be sealed now. */
export function isSealDue(unsealed: {
  entries: number;
  oldestAgeMs: number;
  sessionEnded: boolean;
}): boolean {
  if (unsealed.entries === 0) return false;
  return (
    unsealed.sessionEnded ||
    unsealed.entries >= SEAL_ENTRIES ||
    unsealed.oldestAgeMs >= SEAL_INTERVAL_MS
  );
}

/** The bytes that a seal signs. */
export function sealedBytes(seal: Omit<Seal, 'signature'>): Uint8Array {
  const { v, session_id, key_id, seq, hash, ts, final } = seal;
  return new TextEncoder().encode(
    SEAL_DOMAIN +
      canonicalJson({ v, session_id, key_id, seq, hash, ts, final }),
  );
}

/** Signs the chain up to an entry. */
export function sealChain(
  seal: Omit<Seal, 'v' | 'signature'>,
  sign: SignMessage,
): Seal {
  const content = { v: 1 as const, ...seal };
  return { ...content, signature: encodeBase64(sign(sealedBytes(content))) };
}
