/** A TOML table. */
export type TomlTable = { [key: string]: TomlValue };
export type TomlValue = string | number | boolean | TomlValue[] | TomlTable;

class TomlReader {
  private at = 0;
  private readonly root: TomlTable = Object.create(null);

  constructor(private readonly text: string) {}

  read(): TomlTable {
    let table = this.root;
    for (;;) {
      this.skipBlank();
      if (this.at >= this.text.length) return this.root;
      if (this.text.startsWith('[[', this.at)) table = this.arrayTable();
      else if (this.text[this.at] === '[') table = this.table();
      else this.entry(table);
    }
  }

  private table(): TomlTable {
    this.at += 1;
    const path = this.keyPath();
    this.expect(']');
    return path.reduce((inner, key) => this.child(inner, key), this.root);
  }

  private arrayTable(): TomlTable {
    this.at += 2;
    const path = this.keyPath();
    this.expect(']');
    this.expect(']');
    const last = path.pop()!;
    const parent = path.reduce(
      (inner, key) => this.child(inner, key),
      this.root,
    );
    const list = (parent[last] ??= []);
    if (!Array.isArray(list)) throw this.fault(`"${last}" is not a list`);
    const table: TomlTable = Object.create(null);
    list.push(table);
    return table;
  }

  private entry(table: TomlTable): void {
    const path = this.keyPath();
    this.expect('=');
    const last = path.pop()!;
    const owner = path.reduce((inner, key) => this.child(inner, key), table);
    owner[last] = this.value();
  }

  private child(table: TomlTable, key: string): TomlTable {
    const value = (table[key] ??= Object.create(null) as TomlTable);
    // Below an array of tables a name means the latest of them.
    const inner = Array.isArray(value) ? value.at(-1) : value;
    if (typeof inner !== 'object' || Array.isArray(inner)) {
      throw this.fault(`"${key}" is not a table`);
    }
    return inner;
  }

  private keyPath(): string[] {
    const path: string[] = [];
    do {
      this.skipSpace();
      const quote = this.text[this.at];
      if (quote === '"' || quote === "'") path.push(this.string());
      else path.push(this.match(/[A-Za-z0-9_-]+/y, 'a key'));
      this.skipSpace();
    } while (this.take('.'));
    return path;
  }

  private value(): TomlValue {
    this.skipSpace();
    const first = this.text[this.at];
    if (first === '"' || first === "'") return this.string();
    if (first === '[') return this.array();
    if (first === '{') return this.inlineTable();
    const word = this.match(/[^\s,\]}#]+/y, 'a value');
    if (word === 'true' || word === 'false') return word === 'true';
    const number = Number(word.replaceAll('_', ''));
    return Number.isNaN(number) ? word : number;
  }

  private string(): string {
    const quote = this.text[this.at];
    const long = quote.repeat(3);
    const isLong = this.text.startsWith(long, this.at);
    const mark = isLong ? long : quote;
    this.at += mark.length;
    let end = this.at;
    for (;;) {
      end = this.text.indexOf(mark, end);
      if (end < 0) throw this.fault('a string has no end');
      if (quote === "'" || !isEscaped(this.text, end)) break;
      end += 1;
    }
    const raw = this.text.slice(this.at, end);
    this.at = end + mark.length;
    const body = isLong ? raw.replace(/^\r?\n/, '') : raw;
    return quote === '"' ? unescaped(body) : body;
  }

  private array(): TomlValue[] {
    this.at += 1;
    const items: TomlValue[] = [];
    for (;;) {
      this.skipBlank();
      if (this.take(']')) return items;
      items.push(this.value());
      this.skipBlank();
      if (!this.take(',')) {
        this.expect(']');
        return items;
      }
    }
  }

  private inlineTable(): TomlTable {
    this.at += 1;
    const table: TomlTable = Object.create(null);
    for (;;) {
      this.skipBlank();
      if (this.take('}')) return table;
      this.entry(table);
      this.skipBlank();
      if (!this.take(',')) {
        this.expect('}');
        return table;
      }
    }
  }

  private skipSpace(): void {
    while (this.text[this.at] === ' ' || this.text[this.at] === '\t')
      this.at += 1;
  }

  private skipBlank(): void {
    const blank = /(?:\s|#[^\n]*)*/y;
    blank.lastIndex = this.at;
    blank.exec(this.text);
    this.at = blank.lastIndex;
  }

  private take(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  private expect(character: string): void {
    this.skipSpace();
    if (!this.take(character)) throw this.fault(`"${character}" is missing`);
  }

  private match(pattern: RegExp, what: string): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) throw this.fault(`${what} is missing`);
    this.at += found.length;
    return found;
  }

  private fault(message: string): SyntaxError {
    const line = this.text.slice(0, this.at).split('\n').length;
    return new SyntaxError(`line ${line}: ${message}`);
  }
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0;
  while (text[at - 1 - slashes] === '\\') slashes += 1;
  return slashes % 2 === 1;
}

function unescaped(text: string): string {
  const simple: Record<string, string> = {
    b: '\b',
    t: '\t',
    n: '\n',
    f: '\f',
    r: '\r',
  };
  return text.replace(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|\s*\n\s*|(.))/g,
    (_, short, long, character) => {
      if (short ?? long)
        return String.fromCodePoint(parseInt(short ?? long, 16));
      return character === undefined ? '' : simple[character] ?? character;
    },
  );
}

/**
 * Reads the TOML that manifests and lock files are made of: tables, arrays of tables, strings of all four kinds, numbers,
 * booleans, arrays and inline tables. Dates come as text.
 *
 * @throws {SyntaxError} with the line.
 */
export function readToml(text: string): TomlTable {
  return new TomlReader(text).read();
}
