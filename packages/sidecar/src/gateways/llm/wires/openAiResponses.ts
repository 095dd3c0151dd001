import { countOf, recordOf, textOf, type JsonRecord } from '../json';
import { ModelCallProblem } from '../ModelCallProblem';
import type { ModelWire, UsageReading } from './ModelWire';
import { openAiError } from './openAiError';
import { outputLimit } from './outputLimit';

/** Fields that make the provider read more than the request holds, so that nobody can tell what the call may cost. */
const UNSEEN_INPUT = ['previous_response_id', 'conversation', 'prompt'];

function readResponse(response: JsonRecord): UsageReading {
  const usage = recordOf(response.usage);
  return {
    inputTokens: countOf(usage.input_tokens),
    outputTokens: countOf(usage.output_tokens),
    reasoningTokens: countOf(
      recordOf(usage.output_tokens_details).reasoning_tokens,
    ),
    cacheReadTokens: countOf(
      recordOf(usage.input_tokens_details).cached_tokens,
    ),
    stopReason:
      textOf(recordOf(response.incomplete_details).reason) ??
      textOf(response.status),
    isFinal: true,
  };
}

/** OpenAI Responses: `POST /v1/responses`. */
export const openAiResponses: ModelWire = {
  name: 'responses',
  providers: ['openai', 'openai-compatible'],
  prepare(body, model, bound) {
    if (body.background === true) {
      throw new ModelCallProblem(
        'invalid',
        'background is true, and nobody could meter or stop such a call. Leave it out, and use stream instead.',
      );
    }
    const unseen = UNSEEN_INPUT.find(
      field => body[field] !== undefined && body[field] !== null,
    );
    if (bound !== undefined && unseen) {
      throw new ModelCallProblem(
        'invalid',
        `${unseen} refers to input that the provider keeps, and this agent has a budget that needs to know the input. Send the whole conversation in input.`,
      );
    }
    const limit = outputLimit(
      body.max_output_tokens,
      'max_output_tokens',
      model,
      bound,
    );
    return {
      body: {
        ...body,
        model: model.model,
        ...(limit !== undefined && { max_output_tokens: limit }),
      },
      isStream: body.stream === true,
      maxOutputTokens: limit,
      hidesUsageChunk: false,
    };
  },
  readEvent(event) {
    switch (event.type) {
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
        return readResponse(recordOf(event.response));
      case 'error':
        return { isFinal: true };
      default:
        return String(event.type).endsWith('.delta')
          ? { text: textOf(event.delta) }
          : {};
    }
  },
  readAnswer: readResponse,
  error: openAiError,
  errorEvent: problem => {
    const { error } = openAiError(problem);
    const event = { ...recordOf(error), type: 'error' };
    return `event: error\ndata: ${JSON.stringify(event)}\n\n`;
  },
};
