/** Keeps the first and the last half of a long text, to whole words. */
export class BoundedText {
  private head = '';
  private tail = '';
  private dropped = 0;

  constructor(private readonly limit: number) {}

  append(text: string): void {
    const half = this.limit / 2;
    const room = half - this.head.length;
    if (room > 0) {
      this.head += text.slice(0, room);
      if (text.length <= room) return;
      this.tail += text.slice(room);
    } else {
      this.tail += text;
    }
    // Cut rarely: slicing at each chunk would cost quadratic time on chatty programs.
    if (this.tail.length > this.limit) {
      this.dropped += this.tail.length - half;
      this.tail = this.tail.slice(-half);
    }
  }

  toString(): string {
    const half = this.limit / 2;
    const extra = Math.max(0, this.tail.length - half);
    const dropped = this.dropped + extra;
    if (!dropped) return this.head + this.tail;
    // Whole words only: what was cut out may have begun or ended within a secret.
    const head = this.head.replace(/\S+$/, '');
    const tail = this.tail.slice(extra).replace(/^\S+/, '');
    return `${head}\n… ${dropped} characters left out …\n${tail}`;
  }
}
