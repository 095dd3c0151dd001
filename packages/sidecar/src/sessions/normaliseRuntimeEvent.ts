import type { RuntimeEvent } from '../runtime/RuntimeDriver';

type Fields = Record<string, unknown>;

function fieldsOf(payload: unknown): Fields {
  return typeof payload === 'object' &&
    payload !== null &&
    !Array.isArray(payload)
    ? (payload as Fields)
    : {};
}

/** Leaves out what is undefined. */
function defined(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => value !== undefined && value !== null,
    ),
  );
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0
    ? value
    : 0;
}

/** Media types of x1agent's kinds of artifact. */
const MEDIA_TYPES: Record<string, string> = {
  code: 'text/plain',
  diff: 'text/x-diff',
  analysis: 'text/markdown',
  summary: 'text/markdown',
  document: 'text/markdown',
};

function artifact(fields: Fields): Fields {
  if (fields.media_type !== undefined || fields.name !== undefined)
    return fields;
  const { artifact_type, metadata: _, ...rest } = fields;
  return defined({
    ...rest,
    name: text(fields.title)?.slice(0, 512) ?? 'artifact',
    media_type: MEDIA_TYPES[String(artifact_type)] ?? 'text/plain',
  });
}

function usage(fields: Fields): Fields {
  if (
    fields.cache_creation_input_tokens === undefined &&
    fields.cache_read_input_tokens === undefined
  ) {
    return { source: 'runtime', ...fields };
  }
  const {
    cache_creation_input_tokens: created,
    cache_read_input_tokens: read,
    ...rest
  } = fields;
  // x1agent passes Anthropic's numbers on, whose input does not include the cache; ours does.
  return {
    ...rest,
    source: 'runtime',
    input_tokens: count(fields.input_tokens) + count(created) + count(read),
    cache_read_tokens: count(read),
    cache_write_tokens: count(created),
  };
}

/**
 * Brings the events of x1agent's runtimes into ours, field by field; what is ours already stays as it is. Only shapes change
 * here: what an event means for its session is decided elsewhere.
 */
export function normaliseRuntimeEvent(event: RuntimeEvent): RuntimeEvent {
  const fields = fieldsOf(event.payload);
  const as = (payload: Fields, type = event.type): RuntimeEvent => ({
    ...event,
    type,
    payload,
  });
  switch (event.type) {
    case 'agent.status':
      if (fields.text !== undefined) return event;
      return as(
        defined({
          ...fields,
          detail: undefined,
          status: undefined,
          text:
            text(fields.detail) ??
            text(fields.status) ??
            text(fields.message) ??
            '',
          state: text(fields.status),
        }),
      );
    case 'agent.tool_error':
      return as(
        defined({
          tool_use_id: fields.tool_use_id,
          content: fields.content,
          is_error: true,
        }),
        'agent.tool_result',
      );
    case 'agent.artifact':
      return as(artifact(fields));
    case 'agent.usage':
      return as(usage(fields));
    case 'agent.input_request':
      return as(
        defined({
          ...fields,
          options: undefined,
          choices: fields.choices ?? fields.options,
        }),
      );
    case 'agent.permission_request':
      if (fields.action !== undefined) return event;
      return as(
        defined({
          request_id: fields.request_id,
          action: text(fields.grant_type) ?? 'Do something that needs leave',
          reason: text(fields.justification),
          ...(typeof fields.details === 'object' && {
            arguments: fields.details,
          }),
        }),
      );
    case 'session.completed':
      if (text(fields.error))
        return as(
          { reason: 'RuntimeError', message: text(fields.error) },
          'session.failed',
        );
      return as(
        defined({
          result: text(fields.result) ?? text(fields.summary),
          reason: text(fields.reason),
        }),
      );
    case 'session.failed':
      return as({
        reason: text(fields.reason) ?? 'RuntimeError',
        message:
          text(fields.message) ??
          text(fields.error) ??
          text(fields.result) ??
          'The runtime said that it failed and gave no reason.',
      });
    default:
      return event;
  }
}
