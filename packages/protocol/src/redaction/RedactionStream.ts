import type { ByteAutomaton } from './ByteAutomaton';

/** What is cut out: from `start` up to `end`, counted from the stream's first byte. */
interface Cut {
  start: number;
  end: number;
  /** The leftmost and then longest pattern in it. */
  pattern: number;
}

const nothing = new Uint8Array(0);

/**
 * Replaces every occurrence of an automaton's patterns in a stream of bytes, wherever the chunks are cut.
 *
 * It gives out a byte only when no pattern that began at or before it can still match. Occurrences that overlap are cut
 * out together. The result does not depend on how the stream was divided.
 */
export class RedactionStream {
  private state = 0;
  /** Bytes taken in so far. */
  private position = 0;
  /** Not given out yet; its first byte is at `heldFrom`. */
  private held: Uint8Array = nothing;
  private heldFrom = 0;
  private cuts: Cut[] = [];
  /** End of a cut whose mark was given out already; it may still grow. */
  private markedUpTo = 0;

  /** `marks` holds the replacement of each of the automaton's patterns. */
  constructor(
    private readonly automaton: ByteAutomaton,
    private readonly marks: readonly Uint8Array[],
    private readonly onCut: (pattern: number) => void = () => {},
  ) {}

  /** Takes a chunk in, and gives out what is certain by now, partly as views of the chunk. */
  push(chunk: Uint8Array): Uint8Array {
    const base = this.position;
    this.scan(chunk, base);
    this.position = base + chunk.length;
    this.hold(chunk);
    const released = this.release(
      this.position - this.automaton.depthAt(this.state),
    );
    // The chunk is the caller's; only what must wait is kept, and that is shorter than the longest pattern.
    this.held = this.held.slice();
    return released;
  }

  /** Ends the stream: gives out the rest, and begins anew. */
  end(): Uint8Array {
    const rest = this.release(this.position);
    this.state = 0;
    this.position = 0;
    this.held = nothing;
    this.heldFrom = 0;
    this.markedUpTo = 0;
    return rest;
  }

  private scan(chunk: Uint8Array, base: number): void {
    const { next, columnOf } = this.automaton;
    let { state } = this;
    for (let index = 0; index < chunk.length; index += 1) {
      state = next[(state >>> 1) + columnOf[chunk[index]]];
      if (state & 1) {
        this.cut(this.automaton.matchAt(state), base + index + 1);
      }
    }
    this.state = state;
  }

  private cut(pattern: number, end: number): void {
    let cut: Cut = {
      start: end - this.automaton.patterns[pattern].length,
      end,
      pattern,
    };
    for (
      let last = this.cuts[this.cuts.length - 1];
      last && last.end > cut.start;
      last = this.cuts[this.cuts.length - 1]
    ) {
      const isNamedByNew = cut.start <= last.start;
      cut = {
        start: Math.min(last.start, cut.start),
        end: cut.end,
        pattern: isNamedByNew ? cut.pattern : last.pattern,
      };
      this.cuts.pop();
    }
    if (cut.start < this.markedUpTo) {
      // What it overlaps has its mark already; more of the same place is cut out.
      this.markedUpTo = cut.end;
    } else {
      this.cuts.push(cut);
    }
  }

  private hold(chunk: Uint8Array): void {
    if (this.held.length === 0) {
      this.held = chunk;
      this.heldFrom = this.position - chunk.length;
      return;
    }
    const joined = new Uint8Array(this.held.length + chunk.length);
    joined.set(this.held);
    joined.set(chunk, this.held.length);
    this.held = joined;
  }

  /** Gives out everything before `safe`: no match that is not known yet begins there. */
  private release(safe: number): Uint8Array {
    const pieces: Uint8Array[] = [];
    const ready = this.cuts.filter(({ start }) => start < safe);
    this.cuts = this.cuts.slice(ready.length);
    for (const cut of ready) {
      this.releasePlain(cut.start, pieces);
      pieces.push(this.marks[cut.pattern]);
      this.onCut(cut.pattern);
      this.markedUpTo = cut.end;
    }
    this.releasePlain(Math.max(safe, this.markedUpTo), pieces);
    return pieces.length === 1 ? pieces[0] : join(pieces);
  }

  /** Gives out what is held before `until`, without what lies in a cut that has its mark. */
  private releasePlain(until: number, pieces: Uint8Array[]): void {
    const from = Math.max(this.heldFrom, this.markedUpTo);
    const end = Math.min(until, this.heldFrom + this.held.length);
    if (end > from) {
      pieces.push(
        this.held.subarray(from - this.heldFrom, end - this.heldFrom),
      );
    }
    if (end > this.heldFrom) {
      this.held = this.held.subarray(end - this.heldFrom);
      this.heldFrom = end;
    }
  }
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(
    pieces.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
