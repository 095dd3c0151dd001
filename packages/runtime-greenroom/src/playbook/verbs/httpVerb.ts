import { randomUUID } from 'node:crypto';
import { StepError } from '../StepError';
import type { VerbWork } from '../StepContext';
import { beginningOf } from '../../processes/wholeWords';

/** More than any answer a playbook should hold in memory; a download belongs into a `run` step. */
const BODY_LIMIT_BYTES = 4 * 1024 * 1024;

/** Sends one request; the sidecar's proxy decides whether it may leave the pod. */
export const httpVerb: VerbWork<'http'> = async (body, context) => {
  const callId = randomUUID();
  const { method, url } = body;
  context.turn.emit('agent.tool_call', {
    tool_use_id: callId,
    tool_name: 'http',
    input: { method, url },
  });
  const result = (text: string, isError: boolean) =>
    context.turn.emit('agent.tool_result', {
      tool_use_id: callId,
      tool_name: 'http',
      content: text,
      is_error: isError,
    });
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method,
      headers: headersOf(body.headers, body.body),
      body: bodyOf(body.body),
      signal: context.signal,
    });
    text = await boundedText(response);
  } catch (error) {
    const message = `Step "${
      context.stepName
    }": ${method} ${url} failed: ${causeOf(error)}.`;
    result(message, true);
    throw new StepError('StepFailed', message, { cause: error });
  }
  const isExpected = [body.expect ?? []].flat().length
    ? [body.expect].flat().includes(response.status)
    : response.ok;
  result(`${response.status}\n${text}`, !isExpected);
  if (!isExpected) {
    throw new StepError(
      'StepFailed',
      `Step "${context.stepName}": ${method} ${url} answered ${
        response.status
      }. ${beginningOf(text, 300)}`,
    );
  }
  return {
    text,
    status: response.status,
    headers: Object.fromEntries(response.headers),
    json: jsonOf(text),
  };
};

function headersOf(
  headers: Record<string, string> | undefined,
  body: unknown,
): Record<string, string> {
  const isJson = body !== undefined && typeof body !== 'string';
  return { ...(isJson && { 'content-type': 'application/json' }), ...headers };
}

function bodyOf(body: unknown): string | undefined {
  if (body === undefined) return undefined;
  return typeof body === 'string' ? body : JSON.stringify(body);
}

async function boundedText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > BODY_LIMIT_BYTES) {
      throw new Error(
        `the answer is larger than ${BODY_LIMIT_BYTES} bytes; download it in a run step`,
      );
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** `fetch` says only "fetch failed"; the cause says why. */
function causeOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error && cause.message ? cause.message : message;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Not every answer is JSON: `text` has it.
  }
}
