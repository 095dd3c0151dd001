/** The latest ids seen, so that a message delivered twice is done once. */
export class RememberedIds {
  private readonly ids = new Set<string>();

  constructor(private readonly limit: number) {}

  /** Remembers an id; false when it was known. */
  add(id: string): boolean {
    if (this.ids.has(id)) return false;
    this.ids.add(id);
    if (this.ids.size > this.limit) {
      // A Set keeps insertion order: the first is the oldest.
      this.ids.delete(this.ids.values().next().value!);
    }
    return true;
  }

  forget(id: string): void {
    this.ids.delete(id);
  }
}
