import type { IncomingMessage } from 'node:http';
import type { ModelSettings } from '@greenroom/protocol';
import { parseRecord } from './json';
import type { AttemptOutcome } from './ModelAttempt';
import { ModelCallProblem } from './ModelCallProblem';
import type { ModelWire } from './wires/ModelWire';

/** Errors are a few sentences; more is some proxy's page. */
const LARGEST_REFUSAL_BYTES = 256 * 1024;

/** Of a page that is shown in part. */
const LONGEST_PAGE_CHARACTERS = 4_096;

/**
 * Reads an answer that is none. The provider's own error is passed on, without secrets: some repeat the key that they refuse.
 * What is not in the provider's form is put into it.
 */
export async function readRefusal(
  upstream: IncomingMessage,
  model: ModelSettings,
  wire: ModelWire,
  redact: (text: string) => string,
): Promise<Extract<AttemptOutcome, { kind: 'refused' }>> {
  const { statusCode: status = 0, headers } = upstream;
  const text = redact(await readText(upstream));
  if (status >= 400 && parseRecord(text)?.error) {
    return { kind: 'refused', status, headers, body: Buffer.from(text) };
  }
  const problem = new ModelCallProblem(
    'unreachable',
    `Model "${model.name}" answered with ${whatOf(
      upstream,
      text,
    )} Check spec.baseURL of the Model.`,
  );
  return {
    kind: 'refused',
    status: status >= 400 ? status : problem.status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(wire.error(problem))),
  };
}

async function readText(upstream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of upstream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_REFUSAL_BYTES) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function whatOf({ statusCode = 0, headers }: IncomingMessage, text: string) {
  if (statusCode < 300)
    return `content encoding "${headers['content-encoding']}", which was not asked for.`;
  if (statusCode < 400)
    return `a redirect (${statusCode}), which is not followed with a key.`;
  // Cut first: looking for tags takes the square of the length where there are none.
  const start = text
    .slice(0, LONGEST_PAGE_CHARACTERS)
    .replace(/(?:<[^>]*>|\s)+/g, ' ')
    .trim()
    .slice(0, 200);
  return `status ${statusCode}${start ? `: ${start}` : ''}.`;
}
