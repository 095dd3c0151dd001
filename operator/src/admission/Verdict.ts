import type { FieldProblem } from '@greenroom/kinds';

/** What admission decided about a request. */
export type Verdict =
  | { admit: true; warnings?: string[]; patch?: object[] }
  /** The object is wrong: status 422, naming the fields. */
  | { admit: false; because: 'invalid'; problems: FieldProblem[] }
  /** The request may not be made by this user or now: status 403. */
  | { admit: false; because: 'forbidden'; message: string };

/** Nothing to object. */
export const admitted: Verdict = Object.freeze({ admit: true });

export function forbidden(message: string): Verdict {
  return { admit: false, because: 'forbidden', message };
}

/** A value of a field that cannot be taken, as an API server says it. */
export function invalidValue(
  path: string,
  value: unknown,
  message: string,
): FieldProblem {
  return {
    path,
    message: `Invalid value: ${JSON.stringify(value)}: ${message}`,
  };
}
