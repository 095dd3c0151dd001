import {
  isMap,
  isNode,
  isSeq,
  LineCounter,
  parseDocument,
  type Node,
} from 'yaml';
import { PlaybookError } from './PlaybookError';

/** A YAML document as plain values, and the line of each of them. */
export class YamlLines {
  private constructor(
    readonly value: unknown,
    private readonly root: Node | null,
    private readonly counter: LineCounter,
  ) {}

  /**
   * @throws {PlaybookError} when the text is not YAML.
   */
  static parse(text: string): YamlLines {
    const counter = new LineCounter();
    const document = parseDocument(text, {
      lineCounter: counter,
      prettyErrors: false,
    });
    if (document.errors.length) {
      throw new PlaybookError(
        document.errors.map(error => ({
          line: counter.linePos(error.pos[0]).line,
          message: `this is not YAML: ${error.message}. Check indentation and quotes.`,
        })),
      );
    }
    return new YamlLines(
      document.toJS({ maxAliasCount: 100 }),
      document.contents as Node | null,
      counter,
    );
  }

  /** Line of the value at a path, or of the nearest parent that is written in the text. */
  lineOf(path: readonly PropertyKey[]): number {
    let line = 1;
    let node: unknown = this.root;
    for (const key of [undefined, ...path]) {
      if (key !== undefined) {
        const pair = isMap(node)
          ? node.items.find(item => String(item.key) === String(key))
          : undefined;
        // The key's own line: a value may begin on the next one.
        if (isNode(pair?.key)) line = this.lineAt(pair.key) ?? line;
        node =
          pair?.value ?? (isSeq(node) ? node.items[Number(key)] : undefined);
        if (pair) continue;
      }
      if (!isNode(node)) return line;
      line = this.lineAt(node) ?? line;
    }
    return line;
  }

  private lineAt(node: Node): number | undefined {
    return node.range ? this.counter.linePos(node.range[0]).line : undefined;
  }
}
