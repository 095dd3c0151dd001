/** Keeps what happened and wakes those who wait for it. */
export class Recorder<Item> {
  private readonly items: Item[] = [];
  private readonly waiting = new Set<() => void>();

  /** Everything so far, oldest first. */
  get all(): readonly Item[] {
    return this.items;
  }

  add(item: Item): void {
    this.items.push(item);
    this.changed();
  }

  /** To be called when an item that is there already became another. */
  changed(): void {
    for (const check of this.waiting) check();
  }

  /** The first item that fits, now or later. Rejects after `withinMs` (20 s). */
  async waitFor(
    fits: (item: Item) => boolean,
    { withinMs = 20_000 }: { withinMs?: number } = {},
  ): Promise<Item> {
    return new Promise((resolve, reject) => {
      const waiter = {
        check: () => {
          const found = this.items.find(fits);
          if (found) waiter.end(() => resolve(found));
        },
        end: (settle: () => void) => {
          clearTimeout(waiter.timer);
          this.waiting.delete(waiter.check);
          settle();
        },
        timer: setTimeout(
          () => waiter.end(() => reject(this.tooLate(withinMs))),
          withinMs,
        ),
      };
      this.waiting.add(waiter.check);
      waiter.check();
    });
  }

  private tooLate(withinMs: number): Error {
    const were = JSON.stringify(this.items).slice(0, 4_000);
    return new Error(
      `Nothing that fits came within ${withinMs} ms. There were ${this.items.length}: ${were}`,
    );
  }

  clear(): void {
    this.items.length = 0;
  }
}
