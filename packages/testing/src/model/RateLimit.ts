/** As many requests in a window, and how long the others must wait. */
export class RateLimit {
  private readonly taken: number[] = [];

  constructor(
    private readonly requests: number,
    private readonly windowMs: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** 0 when a request may pass, else the milliseconds until one may. */
  take(): number {
    const now = this.now();
    while (this.taken.length && this.taken[0] <= now - this.windowMs) {
      this.taken.shift();
    }
    if (this.taken.length < this.requests) {
      this.taken.push(now);
      return 0;
    }
    return this.taken[0] + this.windowMs - now;
  }
}
