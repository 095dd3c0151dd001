import type { JsonObject, JsonValue } from '../values/JsonValue';

type Rename = (payload: JsonObject) => JsonObject;

function renamed(names: Record<string, string>): Rename {
  return payload =>
    Object.fromEntries(
      Object.entries(payload)
        // Where a payload has both spellings, Greenroom's own counts.
        .filter(([key]) => !(names[key] && names[key] in payload))
        .map(([key, value]) => [names[key] ?? key, value]),
    );
}

function words(...values: (JsonValue | undefined)[]): string | undefined {
  return values.find(
    (value): value is string => typeof value === 'string' && value !== '',
  );
}

const spellings: Record<string, Rename> = {
  'agent.status': payload =>
    'text' in payload
      ? payload
      : {
          ...payload,
          text: words(payload.detail, payload.message, payload.status) ?? '',
          ...(typeof payload.status === 'string'
            ? { state: payload.status }
            : {}),
        },
  'agent.artifact': payload => ({
    ...payload,
    name: words(payload.name, payload.title, payload.path) ?? 'artifact',
    media_type: words(payload.media_type, payload.mediaType) ?? 'text/plain',
  }),
  'agent.input_request': renamed({ options: 'choices' }),
  'agent.permission_request': payload => ({
    ...payload,
    action: words(payload.action, payload.grant_type) ?? 'do something',
    ...(payload.reason === undefined && payload.justification !== undefined
      ? { reason: payload.justification }
      : {}),
  }),
  'agent.tool_call': payload =>
    'tool_name' in payload
      ? payload
      : renamed({ tool: 'tool_name', params: 'input' })(payload),
  'agent.usage': payload => {
    const { cache_read_tokens, cache_write_tokens, ...rest } = renamed({
      cache_read_input_tokens: 'cache_read_tokens',
      cache_creation_input_tokens: 'cache_write_tokens',
    })(payload);
    const isX1 =
      'cache_read_input_tokens' in payload ||
      'cache_creation_input_tokens' in payload;
    const cached = [cache_read_tokens, cache_write_tokens].map(Number);
    return {
      ...rest,
      ...(cache_read_tokens === undefined ? {} : { cache_read_tokens }),
      ...(cache_write_tokens === undefined ? {} : { cache_write_tokens }),
      // There the input leaves out what the cache held; here it includes it.
      ...(isX1 && typeof rest.input_tokens === 'number'
        ? {
            input_tokens:
              rest.input_tokens + (cached[0] || 0) + (cached[1] || 0),
          }
        : {}),
    };
  },
  'session.completed': payload => ({
    ...payload,
    ...(payload.result === undefined && typeof payload.summary === 'string'
      ? { result: payload.summary }
      : {}),
  }),
  'session.failed': payload => ({
    ...payload,
    reason: words(payload.reason) ?? 'RuntimeFailed',
    message:
      words(payload.message, payload.error, payload.result) ??
      'The runtime ended the session with an error and did not say why.',
  }),
};

/** Reads a payload in x1agent's spelling as Greenroom's; a payload that has Greenroom's already stays as it is. */
export function fromX1Payload(type: string, payload: JsonObject): JsonObject {
  const own = type === 'agent.tool_error' ? 'agent.tool_result' : type;
  return spellings[own]?.(payload) ?? payload;
}
