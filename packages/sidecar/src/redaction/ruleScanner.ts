import type {
  RedactionRule,
  TextFinding,
  TextScanner,
} from '@greenroom/protocol';

/** Says whether a text holds something of the rule. */
export interface CompiledRule {
  rule: string;
  test(text: string): boolean;
}

/** What a rule is tried on, from the whole down: lines, and in them words without the punctuation that surrounds them. */
const LINE = /[^\n]+/g;
const WORD = /[^\s"'`,;()[\]{}<>]+/g;

function partsOf(
  text: string,
  pattern: RegExp,
): { text: string; start: number }[] {
  return Array.from(text.matchAll(pattern), match => ({
    text: match[0],
    start: match.index,
  }));
}

/**
 * Finds what a rule means, to the word: RE2 in JavaScript tells that a text matches, in linear time, but not where. A match that
 * no word holds alone takes its whole line, and one over several lines the whole text: more is cut rather than less.
 */
export function findByRule(
  { rule, test }: CompiledRule,
  text: string,
): TextFinding[] {
  if (!test(text)) return [];
  const lines = partsOf(text, LINE).filter(line => test(line.text));
  if (lines.length === 0) return [{ rule, start: 0, end: text.length }];
  return lines.flatMap(line => {
    const words = partsOf(line.text, WORD).filter(word => test(word.text));
    const found = words.length > 0 ? words : [{ text: line.text, start: 0 }];
    return found.map(({ text: part, start }) => ({
      rule,
      start: line.start + start,
      end: line.start + start + part.length,
    }));
  });
}

async function compile(
  rules: readonly RedactionRule[],
): Promise<CompiledRule[]> {
  const { RE2JS } = await import('@bufbuild/re2');
  return rules.map(({ name, pattern }) => {
    const compiled = RE2JS.compile(pattern);
    return { rule: name, test: text => compiled.test(text) };
  });
}

/**
 * A scanner with GreenroomConfig's own rules, in RE2 so that no rule and no text can make it slow. A rule that does not compile
 * makes it throw, and then events are withheld rather than passed on unchecked.
 */
export function ruleScanner(rules: readonly RedactionRule[]): TextScanner {
  let compiled: Promise<CompiledRule[]> | undefined;
  return async text => {
    compiled ??= compile(rules);
    return (await compiled).flatMap(rule => findByRule(rule, text));
  };
}
