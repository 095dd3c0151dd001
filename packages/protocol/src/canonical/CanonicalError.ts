/** A value that has no canonical form; the message names the place and what to do. */
export class CanonicalError extends Error {
  readonly name = 'CanonicalError';

  constructor(
    /** Keys and indexes from the root to the place. */
    readonly path: readonly (string | number)[],
    problem: string,
  ) {
    super(
      `The value at ${
        path.length ? path.join('.') : 'the root'
      } has no canonical form: ${problem}.`,
    );
  }
}
