/** Twice x1agent's ring of 1,000, the largest of a runtime without ids that we know. */
export const REPLAY_HISTORY = 2_000;

/**
 * Recognises what a runtime repeats after a reconnect, for runtimes whose events have no ids: it compares what arrives with what
 * was read before. Runtimes of this kind replay the end of their history, so the repeated part is a run that reaches the last
 * event read.
 */
export class ReplayFilter<Item> {
  /** Positions in the history that the events since the reconnect may have begun at; undefined when live. */
  private candidates: number[] | undefined;
  private held: { key: string; item: Item }[] = [];
  /** How many of the held events are a repetition for certain: the longest run that reached the last event read. */
  private repeated = 0;

  /**
   * @param limit events remembered; at least what runtimes replay
   * @param history keys of the events read so far, oldest first
   */
  constructor(
    private readonly limit: number,
    private readonly history: string[] = [],
  ) {}

  /** A new connection: what follows may be a replay. */
  reconnected(): void {
    this.held = [];
    this.repeated = 0;
    this.candidates =
      this.history.length > 0
        ? Array.from(this.history, (_, index) => index)
        : undefined;
  }

  /** Whether events are held back because nobody can tell yet. */
  get isUndecided(): boolean {
    return this.held.length > 0;
  }

  /**
   * Takes the next event.
   *
   * @param key equal for equal events
   * @returns the events that are new, in order; empty while undecided or for a repetition
   */
  offer(key: string, item: Item): Item[] {
    if (!this.candidates) {
      this.remember(key);
      return [item];
    }
    const position = this.held.length;
    const last = this.history.length - 1;
    const matching = this.candidates.filter(
      start => this.history[start + position] === key,
    );
    this.held.push({ key, item });
    if (matching.some(start => start + position === last)) {
      this.repeated = position + 1;
    }
    this.candidates = matching.filter(start => start + position < last);
    return this.candidates.length > 0 ? [] : this.settle();
  }

  /** Nothing followed for a while, or what came fits no longer replay: what is no repetition is new. */
  settle(): Item[] {
    const fresh = this.held.slice(this.repeated);
    this.candidates = undefined;
    this.held = [];
    this.repeated = 0;
    for (const { key } of fresh) this.remember(key);
    return fresh.map(({ item }) => item);
  }

  private remember(key: string): void {
    this.history.push(key);
    if (this.history.length > this.limit) this.history.shift();
  }
}
