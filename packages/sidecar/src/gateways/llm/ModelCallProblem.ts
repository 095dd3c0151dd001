/** What is wrong with a model call, in terms that every provider has a word for. */
export type ModelCallFault =
  | 'invalid'
  | 'no-key'
  | 'forbidden'
  | 'no-model'
  | 'too-large'
  | 'budget'
  | 'rate'
  | 'stopped'
  | 'unsupported'
  | 'unreachable'
  | 'silent'
  | 'not-ready';

const STATUSES: Record<ModelCallFault, number> = {
  invalid: 400,
  'no-key': 401,
  // 429 would make clients repeat a call that cannot succeed before somebody acts.
  budget: 402,
  forbidden: 403,
  'no-model': 404,
  stopped: 409,
  'too-large': 413,
  rate: 429,
  unsupported: 501,
  unreachable: 502,
  'not-ready': 503,
  silent: 504,
};

/** A model call that was not made or has no answer; the message is for people and models alike. */
export class ModelCallProblem extends Error {
  readonly name = 'ModelCallProblem';

  constructor(
    readonly fault: ModelCallFault,
    message: string,
    /** Seconds until the same call may succeed. */
    readonly retryAfterS?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  get status(): number {
    return STATUSES[this.fault];
  }

  /** Whether the same call may succeed without anybody doing anything. */
  get isPassing(): boolean {
    return ['rate', 'unreachable', 'not-ready', 'silent'].includes(this.fault);
  }
}
