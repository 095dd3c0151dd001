import { WHOLE_MARK } from './RedactionMark';
import type { TextFinding } from './TextScanner';

/** Puts a mark where each finding is. Findings that overlap get one mark, of the one that begins first and is longest. */
export function applyFindings(
  text: string,
  findings: readonly TextFinding[],
  mark: (rule: string, secret: string) => string,
): string {
  const ordered = findings
    .filter(
      ({ start, end }) =>
        end > start && !WHOLE_MARK.test(text.slice(start, end)),
    )
    .sort((left, right) => left.start - right.start || right.end - left.end);
  let redacted = '';
  let at = 0;
  for (let index = 0; index < ordered.length; ) {
    const { rule, start } = ordered[index];
    let { end } = ordered[index];
    index += 1;
    while (index < ordered.length && ordered[index].start < end) {
      end = Math.max(end, ordered[index].end);
      index += 1;
    }
    redacted += text.slice(at, start) + mark(rule, text.slice(start, end));
    at = end;
  }
  return redacted + text.slice(at);
}
