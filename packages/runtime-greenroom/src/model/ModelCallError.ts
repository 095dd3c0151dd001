/** A model call that failed, in a sentence that people and models can read. */
export class ModelCallError extends Error {
  readonly name = 'ModelCallError';

  constructor(
    message: string,
    /** Whether the same call may succeed later. */
    readonly isRetryable: boolean,
    /** Wait that the provider asked for, in milliseconds. */
    readonly retryAfterMs: number | undefined,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
