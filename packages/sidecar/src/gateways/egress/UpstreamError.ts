/** A server in the world could not be reached, or did not answer; nothing of its answer was seen. */
export class UpstreamError extends Error {
  readonly name = 'UpstreamError';

  constructor(
    message: string,
    readonly reason: 'Unreachable' | 'TimedOut' | 'Aborted',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
