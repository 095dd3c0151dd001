/** Walks a valid JSON text and remembers keys that stand twice in one object. */
class DuplicateFinder {
  readonly found = new Set<string>();
  private at = 0;

  constructor(private readonly text: string) {}

  value(path: string): void {
    this.skipSpace();
    switch (this.text[this.at]) {
      case '{':
        this.object(path);
        break;
      case '[':
        this.array(path);
        break;
      case '"':
        this.string();
        break;
      default:
        while (
          this.at < this.text.length &&
          !',]}'.includes(this.text[this.at])
        ) {
          this.at += 1;
        }
    }
  }

  private object(path: string): void {
    const keys = new Set<string>();
    this.at += 1;
    this.skipSpace();
    while (this.text[this.at] !== '}') {
      const key = JSON.parse(this.string());
      const child = path ? `${path}.${key}` : key;
      if (keys.has(key)) this.found.add(child);
      keys.add(key);
      this.skipSpace();
      this.at += 1;
      this.value(child);
      this.skipComma();
    }
    this.at += 1;
  }

  private array(path: string): void {
    this.at += 1;
    this.skipSpace();
    for (let index = 0; this.text[this.at] !== ']'; index += 1) {
      this.value(`${path}[${index}]`);
      this.skipComma();
    }
    this.at += 1;
  }

  private string(): string {
    const start = this.at;
    this.at += 1;
    while (this.text[this.at] !== '"') {
      this.at += this.text[this.at] === '\\' ? 2 : 1;
    }
    this.at += 1;
    return this.text.slice(start, this.at);
  }

  private skipComma(): void {
    this.skipSpace();
    if (this.text[this.at] === ',') this.at += 1;
    this.skipSpace();
  }

  private skipSpace(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at += 1;
  }
}

/** Paths of keys that stand more than once in one object of a valid JSON text; `JSON.parse` keeps the last silently. */
export function duplicateFields(text: string): string[] {
  const finder = new DuplicateFinder(text);
  finder.value('');
  return [...finder.found];
}
