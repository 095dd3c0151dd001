import { canonicalJson } from '../canonical/canonicalJson';
import type { Sha256Function } from './ChainCrypto';
import type { Genesis } from './Genesis';

const utf8 = new TextEncoder();

const ENTRY_DOMAIN = utf8.encode('greenroom/session-event/v1\n');
const GENESIS_DOMAIN = 'greenroom/session-event/genesis/v1\n';
const HASH_BYTES = 32;
const SEQ_BYTES = 8;

/** Bytes of the salt that keeps short bodies from being guessed after their erasure. */
export const SALT_BYTES = 16;

/**
 * Computes the links of one session's chain (level 1 of the audit):
 * `commitment = SHA-256(salt ‖ body)`,
 * `hash = SHA-256("greenroom/session-event/v1\n" ‖ session id ‖ u64(seq) ‖ prev ‖ commitment)`.
 *
 * It hashes the bytes it is given and never spells them anew. Its buffers are used again for every entry.
 */
export class ChainHasher {
  private scratch = new Uint8Array(64 * 1024);
  private readonly link: Uint8Array;
  private readonly linkView: DataView;
  private readonly seqAt: number;

  /** The session's id is the chain's; it has a fixed length, so nothing can be moved into the next field. */
  constructor(
    readonly sessionId: string,
    private readonly sha256: Sha256Function,
  ) {
    const id = utf8.encode(sessionId);
    this.seqAt = ENTRY_DOMAIN.length + id.length;
    this.link = new Uint8Array(this.seqAt + SEQ_BYTES + 2 * HASH_BYTES);
    this.link.set(ENTRY_DOMAIN);
    this.link.set(id, ENTRY_DOMAIN.length);
    this.linkView = new DataView(this.link.buffer);
  }

  /** What stands before the first entry: cluster, session, agent, key and policies, in canonical JSON. */
  genesis(genesis: Genesis): Uint8Array {
    const { cluster_uid, agent_uid, key_id, policy_digest } = genesis;
    const bound = canonicalJson({
      cluster_uid,
      agent_uid,
      key_id,
      policy_digest,
      session_id: this.sessionId,
    });
    return this.sha256(utf8.encode(GENESIS_DOMAIN + bound));
  }

  /** Binds a body without showing it: the body may be erased later, the commitment stays. */
  commitment(salt: Uint8Array, body: string): Uint8Array {
    // A UTF-16 unit takes at most three bytes of UTF-8.
    const needed = salt.length + 3 * body.length;
    if (this.scratch.length < needed) this.scratch = new Uint8Array(needed);
    this.scratch.set(salt);
    const { written } = utf8.encodeInto(
      body,
      this.scratch.subarray(salt.length),
    );
    return this.sha256(this.scratch.subarray(0, salt.length + written));
  }

  /** The hash of entry `seq` after the entry whose hash is `prev`. */
  entry(seq: number, prev: Uint8Array, commitment: Uint8Array): Uint8Array {
    this.linkView.setBigUint64(this.seqAt, BigInt(seq));
    this.link.set(prev, this.seqAt + SEQ_BYTES);
    this.link.set(commitment, this.seqAt + SEQ_BYTES + HASH_BYTES);
    return this.sha256(this.link);
  }
}
