/** A failure that the person can act on: its message is printed as it is, without a stack. */
export class CliError extends Error {
  override name = 'CliError';

  constructor(
    message: string,
    /** The exit status of the command. */
    readonly exitCode = 1,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
