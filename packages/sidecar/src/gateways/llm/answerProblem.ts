import type { ServerResponse } from 'node:http';
import { answerJson } from '../../server/SidecarServer';
import type { ModelCallProblem } from './ModelCallProblem';
import type { ModelWire } from './wires/ModelWire';

/** Answers in the provider's own form of an error, so that any client library shows the sentence. */
export function answerProblem(
  response: ServerResponse,
  wire: ModelWire,
  problem: ModelCallProblem,
  redact: (text: string) => string,
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  // The libraries of both providers heed it; else they repeat 409 and 5xx, whatever was said.
  response.setHeader('x-should-retry', String(problem.isPassing));
  if (problem.retryAfterS !== undefined)
    response.setHeader('retry-after', String(problem.retryAfterS));
  const body = JSON.stringify(wire.error(problem));
  answerJson(response, problem.status, JSON.parse(redact(body)));
}
