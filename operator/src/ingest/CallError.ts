/** A sidecar asks something that is not its own, or cannot be answered yet. */
export class CallError extends Error {
  readonly name = 'CallError';

  constructor(
    /** One word, which the sidecar gets as the error's code. */
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}
