/** Does things one after another; one that fails does not stop those behind it. */
export class SessionQueue {
  private tail: Promise<unknown> = Promise.resolve();

  run<Result>(act: () => Promise<Result>): Promise<Result> {
    const result = this.tail.then(act);
    this.tail = result.catch(() => undefined);
    return result;
  }

  /** Waits for what was given so far. */
  async settled(): Promise<void> {
    await this.tail;
  }
}
