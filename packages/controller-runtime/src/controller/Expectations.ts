/** After so long an expected event is taken for lost, as client-go's controllers do. */
const DEFAULT_TTL_MS = 300_000;

interface Expected {
  creations: Set<string>;
  deletions: Set<string>;
  at: number;
}

/**
 * Remembers what a reconciler has created or deleted until its cache shows it, so that a cache that lags never makes it do it twice.
 * Creations are named (`namespace/name`), deletions by uid.
 */
export class Expectations {
  readonly #expected = new Map<string, Expected>();
  readonly #ttlMs: number;
  readonly #now: () => number;

  constructor(options: { ttlMs?: number; now?: () => number } = {}) {
    this.#ttlMs = options.ttlMs ?? DEFAULT_TTL_MS;
    this.#now = options.now ?? (() => performance.now());
  }

  /** To be called before the creation, so that its event cannot come first. */
  expectCreation(owner: string, name: string): void {
    this.#of(owner).creations.add(name);
  }

  /** To be called before the deletion. */
  expectDeletion(owner: string, uid: string): void {
    this.#of(owner).deletions.add(uid);
  }

  /** The cache showed it, or the creation failed. */
  creationObserved(owner: string, name: string): void {
    this.#expected.get(owner)?.creations.delete(name);
    this.#tidy(owner);
  }

  /** The cache showed it, or the deletion failed. */
  deletionObserved(owner: string, uid: string): void {
    this.#expected.get(owner)?.deletions.delete(uid);
    this.#tidy(owner);
  }

  /** Whether the cache has caught up with everything done for `owner`. */
  isSatisfied(owner: string): boolean {
    const expected = this.#expected.get(owner);
    if (!expected) return true;
    if (this.#now() - expected.at > this.#ttlMs) {
      this.#expected.delete(owner);
      return true;
    }
    return false;
  }

  /** The owner is gone. */
  forget(owner: string): void {
    this.#expected.delete(owner);
  }

  #of(owner: string): Expected {
    let expected = this.#expected.get(owner);
    if (!expected) {
      expected = { creations: new Set(), deletions: new Set(), at: 0 };
      this.#expected.set(owner, expected);
    }
    expected.at = this.#now();
    return expected;
  }

  #tidy(owner: string): void {
    const expected = this.#expected.get(owner);
    if (expected && !expected.creations.size && !expected.deletions.size) {
      this.#expected.delete(owner);
    }
  }
}
