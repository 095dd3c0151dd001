import type { IncomingHttpHeaders } from 'node:http';
import type { ModelSettings } from '@greenroom/protocol';
import type { ModelCallProblem } from './ModelCallProblem';

/** How asking one model went. */
export type AttemptOutcome =
  /** The client has the answer, or as much of it as there was. */
  | { kind: 'answered' }
  /** The provider answered with an error; nothing of it was passed on yet. */
  | {
      kind: 'refused';
      status: number;
      headers: IncomingHttpHeaders;
      body: Buffer;
    }
  /** The call was not made, or nothing came back. */
  | { kind: 'problem'; problem: ModelCallProblem };

/** What providers say when they are overloaded or broken, not when they dislike the request. */
function isPassingStatus(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** Whether another model should be asked instead. Never once the client has seen a byte. */
export function decideFallback(
  outcome: AttemptOutcome,
  next: ModelSettings | undefined,
): boolean {
  if (!next) return false;
  switch (outcome.kind) {
    case 'refused':
      return isPassingStatus(outcome.status);
    case 'problem':
      return outcome.problem.isPassing;
    default:
      return false;
  }
}
