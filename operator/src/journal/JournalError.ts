/** Why the journal did not take something. */
export type JournalErrorReason =
  | 'NotFound'
  | 'Fenced'
  | 'Ended'
  | 'OutOfOrder'
  | 'ChainMismatch'
  | 'Damaged'
  | 'Invalid'
  | 'Unavailable';

/** Something that the journal refuses or cannot do. */
export class JournalError extends Error {
  readonly name = 'JournalError';

  constructor(
    readonly reason: JournalErrorReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
