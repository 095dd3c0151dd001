import type { WireError } from './ModelWire';

const ERROR_TYPES: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'invalid_request_error',
  404: 'invalid_request_error',
  429: 'rate_limit_exceeded',
};

/** An error as both of OpenAI's formats have it. */
export function openAiError({ status, type, message }: WireError) {
  const kind = type ?? ERROR_TYPES[status] ?? 'server_error';
  return { error: { message, type: kind, param: null, code: kind } };
}
