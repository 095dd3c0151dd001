import { ChainHasher, type Genesis } from '@greenroom/protocol';
import { nodeSha256 } from '@greenroom/protocol/node';

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

/** The chain as `@greenroom/protocol` defines it, over bytes as they came. */
export function protocolChainRules(): ChainRules {
  const hashers = new Map<string, ChainHasher>();
  const hasherOf = (sessionId: string) => {
    const hasher =
      hashers.get(sessionId) ?? new ChainHasher(sessionId, nodeSha256);
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
      Buffer.from(hasherOf(sessionId).genesis(genesis), 'hex'),
    next({ sessionId, seq, previous, salt, body }) {
      // The bytes themselves, not the text they may be read as.
      const commitment = nodeSha256(Buffer.concat([salt, body]));
      const hash = hasherOf(sessionId).entry(
        seq,
        previous.toString('hex'),
        commitment,
      );
      return Buffer.from(hash ?? '', 'hex');
    },
  };
}
