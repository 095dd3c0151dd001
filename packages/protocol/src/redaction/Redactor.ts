import type { JsonValue } from '../values/JsonValue';
import { applyFindings } from './applyFindings';
import { ByteAutomaton } from './ByteAutomaton';
import { isSecretKey } from './isSecretKey';
import { RedactionError } from './RedactionError';
import {
  markName,
  redactionMark,
  WHOLE_MARK,
  type HmacFunction,
} from './RedactionMark';
import { RedactionStream } from './RedactionStream';
import { secretEncodings } from './secretEncodings';
import { scanSecretFormats } from './secretFormats';
import { secretParts, SHORTEST_SECRET } from './secretParts';
import { TextRedactionStream } from './TextRedactionStream';
import type { TextFinding, TextScanner } from './TextScanner';

/** A value that must never be seen. */
export interface KnownSecret {
  /** Stands in the mark. */
  name: string;
  /** Bytes where the value is no text. */
  value: string | Uint8Array;
}

/** What a redactor looks for. */
export interface RedactorOptions {
  secrets: readonly KnownSecret[];
  hmac: HmacFunction;
  /** A maintained rule set, and the rules of GreenroomConfig. */
  scanners?: readonly { name: string; scan: TextScanner }[];
}

/** How often each rule found something. */
export type RuleCounts = Record<string, number>;

/** A value without its secrets. */
export interface Redacted<Value> {
  value: Value;
  rules: RuleCounts;
}

interface Leaf {
  text: string;
  underSecretKey: boolean;
}

const utf8 = new TextEncoder();

/**
 * Takes secrets out of values, texts and streams: known values in every encoding, fields with secret names, forms of
 * keys and tokens, and the rules of others.
 */
export class Redactor {
  /** Names of secrets that are too short to be looked for. Somebody should be told. */
  readonly ignored: readonly string[];
  private readonly automaton: ByteAutomaton;
  /** Rule and mark of each of the automaton's patterns. */
  private readonly rules: string[] = [];
  private readonly marks: Uint8Array[] = [];

  constructor(private readonly options: RedactorOptions) {
    const patterns: Uint8Array[] = [];
    this.ignored = options.secrets
      .filter(secret => !this.addPatterns(secret, patterns))
      .map(({ name }) => name);
    this.automaton = new ByteAutomaton(patterns);
  }

  /** Redacts every string and key in a value. Throws a {@link RedactionError}: then nothing may be passed on. */
  async redact<Value extends JsonValue>(
    value: Value,
  ): Promise<Redacted<Value>> {
    const rules: RuleCounts = {};
    const known = this.walk(value, leaf => this.redactLeaf(leaf, rules));
    const scanned = await this.scanAll(known, rules);
    return { value: scanned as Value, rules };
  }

  /** Redacts a text at once, without the scanners of others. For logs and error messages. */
  redactText(text: string): string {
    return this.redactLeaf({ text, underSecretKey: false }, {});
  }

  /** Redacts known values in bytes that come in chunks. */
  byteStream(): RedactionStream {
    return new RedactionStream(this.automaton, this.marks);
  }

  /** Redacts known values in text that comes in pieces. */
  textStream(): TextRedactionStream {
    return new TextRedactionStream(this.byteStream());
  }

  private addPatterns(secret: KnownSecret, patterns: Uint8Array[]): boolean {
    const { name, value } = secret;
    const parts = typeof value === 'string' ? secretParts(value) : [value];
    const found = parts.filter(({ length }) => length >= SHORTEST_SECRET);
    for (const part of found) {
      const plain =
        typeof part === 'string' ? part : String.fromCharCode(...part);
      const mark = utf8.encode(redactionMark(name, plain, this.options.hmac));
      for (const pattern of secretEncodings(part)) {
        patterns.push(pattern);
        this.rules.push(markName(name));
        this.marks.push(mark);
      }
    }
    return found.length > 0;
  }

  private mark(rule: string, secret: string, rules: RuleCounts): string {
    count(rules, rule);
    return redactionMark(rule, secret, this.options.hmac);
  }

  private redactLeaf({ text, underSecretKey }: Leaf, rules: RuleCounts) {
    const known = this.redactKnown(text, rules);
    if (underSecretKey && known !== '' && !WHOLE_MARK.test(known)) {
      return this.mark('secret-key', text, rules);
    }
    return applyFindings(known, scanSecretFormats(known), (rule, secret) =>
      this.mark(rule, secret, rules),
    );
  }

  private redactKnown(text: string, rules: RuleCounts): string {
    if (text.length < SHORTEST_SECRET) return text;
    // Nearly every text holds no secret: it is only looked through, and stays the string it is.
    if (!this.automaton.occursIn(utf8.encode(text))) return text;
    const bytes = new RedactionStream(this.automaton, this.marks, pattern =>
      count(rules, this.rules[pattern]),
    );
    const stream = new TextRedactionStream(bytes);
    return stream.push(text) + stream.end();
  }

  private walk(
    value: JsonValue,
    change: (leaf: Leaf) => string,
    underSecretKey = false,
  ): JsonValue {
    if (typeof value === 'string')
      return change({ text: value, underSecretKey });
    if (Array.isArray(value)) {
      return value.map(each => this.walk(each, change, underSecretKey));
    }
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [
        change({ text: key, underSecretKey: false }),
        this.walk(each, change, isSecretKey(key)),
      ]),
    );
  }

  /** Every distinct text is scanned once, then the marks are put where the findings are. */
  private async scanAll(value: JsonValue, rules: RuleCounts) {
    const { scanners = [] } = this.options;
    if (!scanners.length) return value;
    const texts = new Set<string>();
    this.walk(value, ({ text }) => {
      if (text.length >= SHORTEST_SECRET) texts.add(text);
      return text;
    });
    const findings = new Map<string, TextFinding[]>();
    for (const text of texts) {
      const found = await this.scan(text);
      if (found.length) findings.set(text, found);
    }
    if (!findings.size) return value;
    return this.walk(value, ({ text }) =>
      applyFindings(text, findings.get(text) ?? [], (rule, secret) =>
        this.mark(rule, secret, rules),
      ),
    );
  }

  private async scan(text: string): Promise<TextFinding[]> {
    const found: TextFinding[] = [];
    for (const { name, scan } of this.options.scanners ?? []) {
      try {
        found.push(...(await scan(text)));
      } catch (error) {
        // The cause may quote the text it failed on, so it is named and not chained.
        const kind = error instanceof Error ? error.name : typeof error;
        throw new RedactionError(
          `The redaction rule "${name}" failed (${kind}), so nothing was passed on.`,
        );
      }
    }
    return found;
  }
}

function count(rules: RuleCounts, rule: string): void {
  rules[rule] = (rules[rule] ?? 0) + 1;
}
