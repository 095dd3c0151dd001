/** What to do when an Approval could not be made. */
export type AskAgainDecision =
  | { act: 'again'; afterMs: number }
  /** It will never be made; the request is answered with no. */
  | { act: 'refuse' }
  /** The process ends; the next one asks. */
  | { act: 'stop' };

/** Refusals by the operator itself, which asking again does not change. */
const FINAL: ReadonlySet<string> = new Set([
  'Forbidden',
  'Invalid',
  'NotHeld',
  'ZodError',
  'NotFound',
]);

/** An API server that restarts is back within this many tries: some 30 s. */
const MOST_TRIES = 7;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 15_000;

/** Judges a failed `create_approval`: time-outs and busy operators pass, refusals do not. */
export function decideAskAgain(
  error: Error & { code?: string },
  attempt: number,
): AskAgainDecision {
  const { code = '' } = error;
  if (code === 'Stopping') return { act: 'stop' };
  if (FINAL.has(code)) return { act: 'refuse' };
  const isPatient = code === 'Timeout' || code === 'Busy';
  if (!isPatient && attempt >= MOST_TRIES) return { act: 'refuse' };
  const waitMs = FIRST_WAIT_MS * 2 ** Math.min(attempt - 1, 10);
  return { act: 'again', afterMs: Math.min(waitMs, LONGEST_WAIT_MS) };
}
