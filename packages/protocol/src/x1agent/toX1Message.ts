import type { SessionEvent } from '../events/SessionEvent';
import type { JsonObject } from '../values/JsonValue';
import type { X1Message } from './X1Message';

/**
 * An event as x1agent's subscribers know it. A projection: epoch, actor and causes are left out, and `sequence` is the
 * session's own `seq`, so unlike x1agent's it never begins anew.
 */
export function toX1Message(event: SessionEvent): X1Message {
  return {
    session_id: event.session_id,
    timestamp: event.ts.replace('Z', '+00:00'),
    sequence: event.seq,
    ...x1Content(event),
  };
}

function x1Content(event: SessionEvent): Pick<X1Message, 'type' | 'payload'> {
  const { type } = event;
  switch (type) {
    case 'agent.custom':
      return { type: event.payload.type, payload: event.payload.payload };
    case 'agent.status': {
      const { text, state = 'analyzing' } = event.payload;
      return { type, payload: { status: state, detail: text } };
    }
    case 'agent.artifact': {
      const { name, title = name, ...rest } = event.payload;
      return { type, payload: { ...rest, artifact_type: 'other', title } };
    }
    case 'agent.input_request': {
      const { choices: options, ...rest } = event.payload;
      return { type, payload: options ? { ...rest, options } : rest };
    }
    case 'agent.usage':
      return { type, payload: x1Usage(event.payload) };
    case 'session.failed':
      return { type, payload: { error: event.payload.message } };
    case 'session.cancelled':
      return {
        type: 'session.failed',
        payload: { error: event.payload.message ?? event.payload.reason },
      };
    default:
      return { type, payload: event.payload as JsonObject };
  }
}

function x1Usage(
  usage: Extract<SessionEvent, { type: 'agent.usage' }>['payload'],
): JsonObject {
  const read = usage.cache_read_tokens ?? 0;
  const written = usage.cache_write_tokens ?? 0;
  return {
    model: usage.model,
    input_tokens: Math.max(0, usage.input_tokens - read - written),
    output_tokens: usage.output_tokens,
    cache_creation_input_tokens: written,
    cache_read_input_tokens: read,
  };
}
