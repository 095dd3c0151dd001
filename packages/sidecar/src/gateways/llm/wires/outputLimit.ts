import type { ModelSettings } from '@greenroom/protocol';
import { ModelCallProblem } from '../ModelCallProblem';

/**
 * Most output tokens of a call: what the request asks for, at most what the Model allows.
 *
 * @param field - where the request says it, for the error
 * @throws ModelCallProblem `invalid` when the request asks for something that is no number of tokens
 */
export function outputLimit(
  asked: unknown,
  field: string,
  { limits }: ModelSettings,
  bound: number | undefined,
): number | undefined {
  const most = limits?.max_output_tokens;
  if (asked === undefined || asked === null) return most ?? bound;
  if (!Number.isSafeInteger(asked) || (asked as number) < 1) {
    throw new ModelCallProblem(
      'invalid',
      `${field} is ${JSON.stringify(
        asked,
      )}. Give the most tokens that the answer may have, a whole number from 1 on.`,
    );
  }
  return Math.min(asked as number, most ?? Infinity);
}
