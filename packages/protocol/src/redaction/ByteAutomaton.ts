/**
 * An Aho-Corasick automaton over bytes as a dense table: one look-up a byte, whatever the number of patterns.
 *
 * Bytes that no pattern holds share one column, so the table has `states × (distinct bytes + 1)` cells. A cell holds
 * the next state: the index of its first cell, doubled, plus 1 where a pattern ends. The beginning is 0.
 */
export class ByteAutomaton {
  /** Column of each byte. */
  readonly columnOf = new Uint16Array(256);
  readonly next: Uint32Array;
  private readonly width: number;
  /** By a state's number: bytes of the longest beginning of a pattern that ends there. */
  private readonly depth: Uint32Array;
  /** By a state's number: 1 + the longest pattern that ends there, or 0. */
  private readonly match: Uint32Array;

  /** Patterns must not be empty. Of equal ones the first counts. */
  constructor(readonly patterns: readonly Uint8Array[]) {
    this.width = this.assignColumns();
    const bound = patterns.reduce((sum, { length }) => sum + length, 1);
    const trie = new Uint32Array(bound * this.width);
    const depth = new Uint32Array(bound);
    const match = new Uint32Array(bound);
    const states = this.insertAll(trie, depth, match);
    this.next = trie.slice(0, states * this.width);
    this.depth = depth.slice(0, states);
    this.match = match.slice(0, states);
    this.linkFailures();
    this.encodeCells();
  }

  /** Bytes before the present place that may belong to a match to come. */
  depthAt(state: number): number {
    return this.depth[(state >>> 1) / this.width];
  }

  /** The longest pattern that ends where the automaton is in `state`; the state must be odd. */
  matchAt(state: number): number {
    return this.match[(state >>> 1) / this.width] - 1;
  }

  /** Whether any of the patterns is somewhere in these bytes. */
  occursIn(bytes: Uint8Array): boolean {
    const { next, columnOf } = this;
    let state = 0;
    for (let index = 0; index < bytes.length; index += 1) {
      state = next[(state >>> 1) + columnOf[bytes[index]]];
      if (state & 1) return true;
    }
    return false;
  }

  private assignColumns(): number {
    let columns = 1;
    for (const pattern of this.patterns) {
      for (const byte of pattern) {
        if (this.columnOf[byte] === 0) {
          this.columnOf[byte] = columns;
          columns += 1;
        }
      }
    }
    return columns;
  }

  /** Makes the trie, cells holding states' numbers, and says how many there are. */
  private insertAll(
    trie: Uint32Array,
    depth: Uint32Array,
    match: Uint32Array,
  ): number {
    let states = 1;
    this.patterns.forEach((pattern, index) => {
      let state = 0;
      for (const byte of pattern) {
        const cell = state * this.width + this.columnOf[byte];
        if (trie[cell] === 0) {
          depth[states] = depth[state] + 1;
          trie[cell] = states;
          states += 1;
        }
        state = trie[cell];
      }
      match[state] ||= index + 1;
    });
    return states;
  }

  /** Breadth first: a state's failure is shallower, so its row is complete before it is copied from. */
  private linkFailures(): void {
    const { next, width } = this;
    const failure = new Uint32Array(this.depth.length);
    const queue = [...next.subarray(0, width)].filter(Boolean);
    for (const state of queue) {
      const fallback = failure[state];
      this.match[state] ||= this.match[fallback];
      for (let column = 0; column < width; column += 1) {
        const cell = state * width + column;
        const child = next[cell];
        if (child) {
          failure[child] = next[fallback * width + column];
          queue.push(child);
        } else {
          next[cell] = next[fallback * width + column];
        }
      }
    }
  }

  private encodeCells(): void {
    const { next, match, width } = this;
    for (let cell = 0; cell < next.length; cell += 1) {
      const state = next[cell];
      next[cell] = 2 * state * width + (match[state] ? 1 : 0);
    }
  }
}
