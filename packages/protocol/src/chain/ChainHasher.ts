import { canonicalJson } from '../canonical/canonicalJson';
import { writeBase64 } from '../encoding/base64';
import { writeHex } from '../encoding/hex';
import type { Sha256Function } from './ChainCrypto';
import type { Genesis } from './Genesis';

const utf8 = new TextEncoder();

const ENTRY_DOMAIN = utf8.encode('greenroom/session-event/v1\n');
const GENESIS_DOMAIN = 'greenroom/session-event/genesis/v1\n';
const HASH_BYTES = 32;
const HASH_DIGITS = 64;
const SEQ_BYTES = 8;

/** Bytes of the salt that keeps short bodies from being guessed after their erasure. */
export const SALT_BYTES = 16;

/**
 * Computes the links of one session's chain (level 1 of the audit):
 * `commitment = SHA-256(salt ‖ body)`,
 * `hash = SHA-256("greenroom/session-event/v1\n" ‖ session id ‖ u64(seq) ‖ prev ‖ commitment)`.
 *
 * Hashes and commitments are hexadecimal. It hashes the bytes it is given and never spells them anew. Its buffers are used again for every entry.
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
  genesis(genesis: Genesis): string {
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

  /**
   * Binds a body without showing it: the body may be erased later, the commitment stays. `salt` is 16 bytes in base64;
   * nothing for one that is not.
   */
  commitment(salt: string, body: string): string | undefined {
    // A UTF-16 unit takes at most three bytes of UTF-8.
    const needed = SALT_BYTES + 3 * body.length;
    if (this.scratch.length < needed) this.scratch = new Uint8Array(needed);
    if (writeBase64(salt, this.scratch) !== SALT_BYTES) return undefined;
    const { written } = utf8.encodeInto(
      body,
      this.scratch.subarray(SALT_BYTES),
    );
    return this.sha256(this.scratch.subarray(0, SALT_BYTES + written));
  }

  /** The hash of entry `seq` after the entry whose hash is `prev`; nothing for hashes that are none. */
  entry(seq: number, prev: string, commitment: string): string | undefined {
    // u64, big-endian; a safe integer's upper half has 21 bits.
    this.linkView.setUint32(this.seqAt, Math.floor(seq / 2 ** 32));
    this.linkView.setUint32(this.seqAt + 4, seq % 2 ** 32);
    const prevAt = this.seqAt + SEQ_BYTES;
    const areHashes =
      prev.length === HASH_DIGITS &&
      commitment.length === HASH_DIGITS &&
      writeHex(prev, this.link, prevAt) &&
      writeHex(commitment, this.link, prevAt + HASH_BYTES);
    return areHashes ? this.sha256(this.link) : undefined;
  }
}
