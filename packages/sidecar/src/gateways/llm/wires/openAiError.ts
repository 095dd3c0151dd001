import type { JsonRecord } from '../json';
import type { ModelCallFault, ModelCallProblem } from '../ModelCallProblem';

/** The words of https://platform.openai.com/docs/guides/error-codes. */
const ERROR_CODES: Partial<Record<ModelCallFault, string>> = {
  'no-key': 'invalid_api_key',
  budget: 'insufficient_quota',
  'no-model': 'model_not_found',
  rate: 'rate_limit_exceeded',
};

/** An error as all of OpenAI's formats have it. */
export function openAiError({
  fault,
  message,
  status,
}: ModelCallProblem): JsonRecord {
  return {
    error: {
      message,
      type: status < 500 ? 'invalid_request_error' : 'server_error',
      param: null,
      code: ERROR_CODES[fault] ?? fault.replace('-', '_'),
    },
  };
}
