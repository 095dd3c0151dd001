import { hash } from 'node:crypto';
import { ChainHasher, type Genesis } from '@greenroom/protocol';

/** How a session's chain is computed. */
export interface ChainRules {
  /** The hash before the first entry. */
  start(sessionId: string, genesis: Genesis): Buffer;
  /** The hash of the next entry, from the hash before it. */
  next(link: {
    sessionId: string;
    seq: number;
    previous: Buffer;
    salt: Buffer;
    body: Buffer;
  }): Buffer;
}

/** A hasher has buffers of its own; so many sessions keep theirs. */
const MAX_HASHERS = 32;

/** SHA-256 of some bytes, natively. */
export function sha256(bytes: Uint8Array): Buffer {
  return hash('sha256', bytes, 'buffer');
}

/** The chain as `@greenroom/protocol` defines it, over bytes as they came. */
export function protocolChainRules(): ChainRules {
  const hashers = new Map<string, ChainHasher>();
  const hasherOf = (sessionId: string) => {
    const hasher = hashers.get(sessionId) ?? new ChainHasher(sessionId, sha256);
    hashers.delete(sessionId);
    hashers.set(sessionId, hasher);
    if (hashers.size > MAX_HASHERS) {
      const [oldest] = hashers.keys();
      hashers.delete(oldest);
    }
    return hasher;
  };
  return {
    start: (sessionId, genesis) =>
      Buffer.from(hasherOf(sessionId).genesis(genesis)),
    next({ sessionId, seq, previous, salt, body }) {
      const commitment = sha256(Buffer.concat([salt, body]));
      return Buffer.from(hasherOf(sessionId).entry(seq, previous, commitment));
    },
  };
}
