import { encodeBase64 } from '../encoding/base64';
import { Sha256 } from '../values/Sha256';
import type { AppendedEntry } from '../ingest/SidecarMessage';
import type { Sha256Function } from './ChainCrypto';
import { ChainHasher } from './ChainHasher';
import type { Genesis } from './Genesis';

/** The last link of a chain; `seq` is 0 and `hash` the genesis hash when there is none. */
export interface ChainHead {
  seq: number;
  /** Hexadecimal. */
  hash: string;
}

/** What became of an entry that came from elsewhere. */
export type Extension =
  | { accepted: true }
  | { accepted: false; reason: 'repeat' | 'gap' | 'altered'; message: string };

/**
 * A session's chain at its end: makes the next link (in the sidecar) or checks one that came (in the operator).
 * Goes on from any head, over sidecars' restarts and epochs.
 */
export class SessionChain {
  private readonly hasher: ChainHasher;
  private seq: number;
  private prev: string;

  private constructor(hasher: ChainHasher, seq: number, prev: string) {
    this.hasher = hasher;
    this.seq = seq;
    this.prev = prev;
  }

  /** A chain without entries. */
  static begin(
    sessionId: string,
    genesis: Genesis,
    sha256: Sha256Function,
  ): SessionChain {
    const hasher = new ChainHasher(sessionId, sha256);
    return new SessionChain(hasher, 0, hasher.genesis(genesis));
  }

  /** A chain whose last link is known. Throws a RangeError when the head's hash is none. */
  static resume(
    sessionId: string,
    head: ChainHead,
    sha256: Sha256Function,
  ): SessionChain {
    if (!Sha256.safeParse(head.hash).success) {
      throw new RangeError(
        `The chain of session ${sessionId} cannot go on after entry ${head.seq}: "${head.hash}" is no SHA-256 digest.`,
      );
    }
    return new SessionChain(
      new ChainHasher(sessionId, sha256),
      head.seq,
      head.hash,
    );
  }

  get head(): ChainHead {
    return { seq: this.seq, hash: this.prev };
  }

  /** Makes the next link. `body` is the canonical envelope with `seq = head.seq + 1`; `salt` is 16 random bytes. */
  append(body: string, salt: Uint8Array): AppendedEntry {
    const seq = this.seq + 1;
    const entry = { seq, body, salt: encodeBase64(salt) };
    const hash = this.hashOf(entry);
    if (!hash) throw new RangeError('The salt of an entry has 16 bytes.');
    this.seq = seq;
    this.prev = hash;
    return { ...entry, hash };
  }

  /** Goes on with an entry that somebody else made, if it is the next one and its hash is right. */
  extend(entry: AppendedEntry): Extension {
    const { sessionId } = this.hasher;
    const wanted = this.seq + 1;
    if (entry.seq !== wanted) {
      const isOld = entry.seq < wanted;
      return {
        accepted: false,
        reason: isOld ? 'repeat' : 'gap',
        message: `Session ${sessionId} waits for entry ${wanted}, not ${entry.seq}.`,
      };
    }
    const hash = this.hashOf(entry);
    if (hash !== entry.hash) {
      return {
        accepted: false,
        reason: 'altered',
        message: `Entry ${wanted} of session ${sessionId} has the hash ${
          entry.hash
        }, but its bytes give ${hash ?? 'none'}.`,
      };
    }
    this.seq = wanted;
    this.prev = hash;
    return { accepted: true };
  }

  private hashOf(entry: Omit<AppendedEntry, 'hash'>): string | undefined {
    const commitment = this.hasher.commitment(entry.salt, entry.body);
    return commitment && this.hasher.entry(entry.seq, this.prev, commitment);
  }
}
