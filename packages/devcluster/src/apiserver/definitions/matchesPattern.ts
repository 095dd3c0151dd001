import { RE2JS } from '@bufbuild/re2';

const compiled = new Map<string, RE2JS>();

/** A pattern of RE2, as Go has it. @throws if it is none */
export function compilePattern(pattern: string): RE2JS {
  let known = compiled.get(pattern);
  if (!known) {
    known = RE2JS.compile(pattern);
    compiled.set(pattern, known);
  }
  return known;
}

/** Whether the text has a match of the pattern anywhere. */
export function matchesPattern(pattern: string, text: string): boolean {
  return compilePattern(pattern).test(text);
}
