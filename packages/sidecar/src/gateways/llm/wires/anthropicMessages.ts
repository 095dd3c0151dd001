import { countOf, recordOf, textOf, type JsonRecord } from '../json';
import type { ModelCallFault, ModelCallProblem } from '../ModelCallProblem';
import type { ModelWire, UsageReading } from './ModelWire';
import { outputLimit } from './outputLimit';

/** The words of https://docs.anthropic.com/en/api/errors. */
const ERROR_TYPES: Partial<Record<ModelCallFault, string>> = {
  invalid: 'invalid_request_error',
  'no-key': 'authentication_error',
  budget: 'billing_error',
  forbidden: 'permission_error',
  'no-model': 'not_found_error',
  'too-large': 'request_too_large',
  rate: 'rate_limit_error',
  silent: 'timeout_error',
};

function errorOf({ fault, message }: ModelCallProblem): JsonRecord {
  return {
    type: 'error',
    error: { type: ERROR_TYPES[fault] ?? 'api_error', message },
  };
}

/** Anthropic counts what was read from and written to the cache apart from the input. */
function readInput(usage: JsonRecord): UsageReading {
  const input = countOf(usage.input_tokens);
  if (input === undefined) return {};
  const cacheReadTokens = countOf(usage.cache_read_input_tokens);
  const cacheWriteTokens = countOf(usage.cache_creation_input_tokens);
  return {
    inputTokens: input + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0),
    cacheReadTokens,
    cacheWriteTokens,
  };
}

/** Anthropic Messages: `POST /v1/messages`. */
export const anthropicMessages: ModelWire = {
  name: 'anthropic',
  providers: ['anthropic'],
  prepare(body, model, bound) {
    const maxOutputTokens = outputLimit(
      body.max_tokens,
      'max_tokens',
      model,
      bound,
    );
    return {
      body: {
        ...body,
        model: model.model,
        ...(maxOutputTokens !== undefined && { max_tokens: maxOutputTokens }),
      },
      isStream: body.stream === true,
      maxOutputTokens,
      hidesUsageChunk: false,
    };
  },
  readEvent(event) {
    switch (event.type) {
      case 'message_start':
        return readInput(recordOf(recordOf(event.message).usage));
      case 'content_block_delta': {
        const delta = recordOf(event.delta);
        return {
          text: textOf(delta.text ?? delta.thinking ?? delta.partial_json),
        };
      }
      case 'message_delta': {
        // Cumulative, and the input again where server tools read more than the request had.
        const usage = recordOf(event.usage);
        return {
          ...readInput(usage),
          outputTokens: countOf(usage.output_tokens),
          stopReason: textOf(recordOf(event.delta).stop_reason),
        };
      }
      case 'message_stop':
      case 'error':
        return { isFinal: true };
      default:
        return {};
    }
  },
  readAnswer(answer) {
    const usage = recordOf(answer.usage);
    return {
      ...readInput(usage),
      outputTokens: countOf(usage.output_tokens),
      stopReason: textOf(answer.stop_reason),
      isFinal: true,
    };
  },
  error: errorOf,
  errorEvent: problem =>
    `event: error\ndata: ${JSON.stringify(errorOf(problem))}\n\n`,
};
