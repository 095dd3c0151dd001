import { RE2JS } from '@bufbuild/re2';

/** Why a regular expression cannot be used, in words, or `undefined` if it can. RE2, so that no text takes long to match. */
export function regexProblem(text: string): string | undefined {
  try {
    RE2JS.compile(text);
    return undefined;
  } catch (error) {
    return `not a regular expression (RE2 syntax): ${(error as Error).message}`;
  }
}
