import { decodeBase64 } from '../encoding/base64';
import { ChainHasher } from './ChainHasher';
import { Genesis } from './Genesis';
import { sealedBytes, type Seal } from './Seal';
import type {
  BadPlace,
  StoredEntry,
  Verification,
  VerifySessionOptions,
} from './Verification';

class SessionVerification {
  private readonly hasher: ChainHasher;
  private readonly seals: Seal[];
  private readonly erased: { seq: number; request: string }[] = [];
  private prev?: string;
  private verified = 0;
  private sealedSeq = 0;
  private isFinal = false;

  constructor(private readonly options: VerifySessionOptions) {
    this.hasher = new ChainHasher(options.sessionId, options.sha256);
    this.seals = [...options.seals].sort(
      (left, right) =>
        left.seq - right.seq || Number(left.final) - Number(right.final),
    );
  }

  run(): Verification {
    let nextSeal = 0;
    for (const entry of this.options.entries) {
      const bad = this.checkEntry(entry);
      if (bad) return bad;
      while (this.seals[nextSeal]?.seq === entry.seq) {
        const unsound = this.checkSeal(this.seals[nextSeal], entry);
        if (unsound) return unsound;
        nextSeal += 1;
      }
    }
    return this.conclude(this.seals[nextSeal]);
  }

  private conclude(missing: Seal | undefined): Verification {
    if (missing) {
      return this.gap(this.verified + 1, this.seals[this.seals.length - 1].seq);
    }
    if (this.isFinal) return { ...this.soFar(), outcome: 'intact' };
    return {
      ...this.soFar(),
      outcome: 'unsealed',
      message: `Session ${this.options.sessionId} has no final seal: it is still open, or was interrupted after entry ${this.verified}.`,
    };
  }

  private checkEntry(entry: StoredEntry): Verification | undefined {
    const wanted = this.verified + 1;
    if (entry.seq > wanted) return this.gap(wanted, entry.seq - 1);
    if (entry.seq < wanted) {
      return this.altered({
        seq: wanted,
        what: 'entry',
        message: `Entry ${entry.seq} stands where entry ${wanted} belongs: it was repeated or moved.`,
      });
    }
    if (this.isFinal) {
      return this.altered({
        seq: wanted,
        what: 'end',
        message: `Entry ${wanted} follows the final seal under entry ${this.verified}.`,
      });
    }
    this.prev ??= this.genesisBefore(entry);
    if (!this.prev) {
      return this.altered({
        seq: wanted,
        what: 'genesis',
        expected: entry.hash,
        message: `The first entry of session ${this.options.sessionId} does not say what its chain is bound to.`,
      });
    }
    const commitment = this.commitmentOf(entry);
    const found =
      commitment && this.hasher.entry(wanted, this.prev, commitment);
    if (!found || found !== entry.hash) {
      return this.altered({
        seq: wanted,
        what: 'entry',
        expected: entry.hash,
        found,
        message: `Entry ${wanted} was altered: the record says ${
          entry.hash
        }, its bytes give ${found ?? 'no hash'}.`,
      });
    }
    this.prev = found;
    this.verified = wanted;
    return undefined;
  }

  private commitmentOf(entry: StoredEntry): string | undefined {
    if ('commitment' in entry) {
      this.erased.push({ seq: entry.seq, request: entry.erasedBy });
      return entry.commitment;
    }
    return this.hasher.commitment(entry.salt, entry.body);
  }

  private genesisBefore(first: StoredEntry): string | undefined {
    if (this.options.genesis) return this.hasher.genesis(this.options.genesis);
    if ('commitment' in first) return undefined;
    try {
      const genesis = Genesis.safeParse(
        JSON.parse(first.body)?.payload?.genesis,
      );
      return genesis.success ? this.hasher.genesis(genesis.data) : undefined;
    } catch {
      return undefined;
    }
  }

  private checkSeal(seal: Seal, entry: StoredEntry): Verification | undefined {
    const { sessionId, keys, verifySignature } = this.options;
    const firstUnsealed = this.sealedSeq + 1;
    const key = keys.get(seal.key_id);
    if (!key) {
      return {
        ...this.soFar(),
        outcome: 'unverifiable',
        keyId: seal.key_id,
        message: `The seal under entry ${seal.seq} of session ${sessionId} was made with key "${seal.key_id}", which is not at hand. Give its public key.`,
      };
    }
    const signature = decodeBase64(seal.signature);
    const isSigned =
      seal.session_id === sessionId &&
      signature !== undefined &&
      verifySignature(key, sealedBytes(seal), signature);
    if (!isSigned) {
      return this.altered({
        seq: firstUnsealed,
        what: 'signature',
        message: `The seal under entry ${seal.seq} is not signed by key "${seal.key_id}": the seal was altered or forged.`,
      });
    }
    if (seal.hash !== entry.hash) {
      return this.altered({
        seq: firstUnsealed,
        what: 'seal',
        expected: seal.hash,
        found: entry.hash,
        message: `Entries ${firstUnsealed} to ${seal.seq} were rewritten: the seal says ${seal.hash}, the record gives ${entry.hash}.`,
      });
    }
    this.sealedSeq = seal.seq;
    this.isFinal = seal.final;
    return undefined;
  }

  private soFar() {
    return {
      sessionId: this.options.sessionId,
      verified: this.verified,
      sealedSeq: this.sealedSeq,
      erased: this.erased,
    };
  }

  private altered(at: BadPlace): Verification {
    return { ...this.soFar(), outcome: 'altered', at };
  }

  private gap(from: number, to: number): Verification {
    return {
      ...this.soFar(),
      outcome: 'gap',
      from,
      to,
      message:
        from === to
          ? `Entry ${from} of session ${this.options.sessionId} is missing.`
          : `Entries ${from} to ${to} of session ${this.options.sessionId} are missing.`,
    };
  }
}

/** Verifies the whole record of a session from its stored bytes. Stops at the first bad place. */
export function verifySession(options: VerifySessionOptions): Verification {
  return new SessionVerification(options).run();
}
