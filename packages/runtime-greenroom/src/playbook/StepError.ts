/** A step that did not do its work. `reason` is one word for programs, the message a sentence for people. */
export class StepError extends Error {
  readonly name = 'StepError';

  constructor(
    readonly reason:
      | 'StepFailed'
      | 'StepTimedOut'
      | 'AssertionFailed'
      | 'PermissionDenied'
      | 'PermissionExpired'
      | 'InputExpired'
      | 'ExpressionFailed'
      | 'ModelMissing',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
