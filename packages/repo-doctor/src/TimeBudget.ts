/** A limit on how long one part may take, so that a huge repository gets an answer that says what it left out. */
export class TimeBudget {
  private readonly deadline: number;

  constructor(limitMs: number, private readonly now: () => number) {
    this.deadline = now() + limitMs;
  }

  get isSpent(): boolean {
    return this.now() >= this.deadline;
  }
}
