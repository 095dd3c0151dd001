/** A set of ids that forgets the oldest beyond its limit. */
export class RememberedIds {
  private readonly ids = new Set<string>();

  constructor(private readonly limit: number) {}

  has(id: string): boolean {
    return this.ids.has(id);
  }

  /** @returns false when it was there already */
  add(id: string): boolean {
    if (this.ids.has(id)) return false;
    this.ids.add(id);
    if (this.ids.size > this.limit) {
      this.ids.delete(this.ids.values().next().value!);
    }
    return true;
  }

  /** Oldest first. */
  values(): string[] {
    return [...this.ids];
  }
}
