import { z } from 'zod';
import { CanonicalError } from '../canonical/CanonicalError';
import { toCanonicalValue } from '../canonical/toCanonicalValue';
import type { JsonObject, JsonValue } from '../values/JsonValue';
import { fromX1Payload } from '../x1agent/fromX1Payload';
import type { Emitter } from './defineEvent';
import {
  eventDefinition,
  isEventType,
  mayEmit,
  type EventType,
} from './eventTypes';
import { isTransientType, TransientEvent } from './TransientEvent';

/** What to do with an event that came out of the agent's container. */
export type EmissionDecision =
  /** Record it, with a payload that fits its type's schema and has a canonical form. */
  | { act: 'record'; type: EventType; payload: JsonObject }
  /** Show it, and do not store it. */
  | { act: 'show'; event: TransientEvent }
  /** Answer 403 or 400 with the message. */
  | { act: 'refuse'; reason: 'Forbidden' | 'Invalid'; message: string };

/** x1agent's types that have another name here. */
const X1_NAMES: Record<string, EventType> = {
  'agent.tool_error': 'agent.tool_result',
};

/**
 * Decides on an event that an agent or its runtime emits. A type that Greenroom does not know becomes `agent.custom`
 * with the original inside. A known type whose payload does not fit is refused when an agent posts it; on a runtime's
 * stream, where nobody reads an answer, it becomes `agent.custom` with the problem, so that nothing is lost.
 */
export function decideEmission(
  emitter: Exclude<Emitter, 'greenroom'>,
  event: { type: string; payload?: unknown },
): EmissionDecision {
  const type = X1_NAMES[event.type] ?? event.type;
  const payload = canonicalObject(event.payload);
  if (typeof payload === 'string') return invalid(event.type, payload);
  if (isTransientType(type)) return showTransient(emitter, type, payload);
  if (!isEventType(type)) return custom(event.type, payload);
  if (!mayEmit(emitter, type)) {
    return {
      act: 'refuse',
      reason: 'Forbidden',
      message: `An ${
        emitter === 'agent' ? 'agent' : 'agent’s runtime'
      } may not emit "${type}": only Greenroom itself does. Emit agent.status, agent.text or a type of your own.`,
    };
  }
  const spelled = fromX1Payload(event.type, payload);
  const isError = event.type === 'agent.tool_error' ? { is_error: true } : {};
  const parsed = eventDefinition(type)!.payload.safeParse({
    ...spelled,
    ...isError,
  });
  if (parsed.success) {
    // Schemas of payloads are objects of JSON values.
    return { act: 'record', type, payload: parsed.data as JsonObject };
  }
  const problem = describe(parsed.error);
  return emitter === 'agent'
    ? invalid(type, problem)
    : custom(type, payload, problem);
}

function showTransient(
  emitter: Emitter,
  type: TransientEvent['type'],
  payload: JsonObject,
): EmissionDecision {
  if (emitter !== 'runtime' || !type.startsWith('delta.')) {
    return {
      act: 'refuse',
      reason: 'Forbidden',
      message: `"${type}" comes from ${
        type.startsWith('delta.') ? 'the runtime’s stream' : 'people'
      } alone. Emit agent.status or agent.text.`,
    };
  }
  const parsed = TransientEvent.safeParse({ type, payload });
  return parsed.success
    ? { act: 'show', event: parsed.data }
    : invalid(type, describe(parsed.error));
}

function custom(
  type: string,
  payload: JsonValue,
  problem?: string,
): EmissionDecision {
  return {
    act: 'record',
    type: 'agent.custom',
    payload: problem ? { type, payload, problem } : { type, payload },
  };
}

function invalid(type: string, problem: string): EmissionDecision {
  return {
    act: 'refuse',
    reason: 'Invalid',
    message: `The payload of "${type}" is not as it should be: ${problem}`,
  };
}

function canonicalObject(payload: unknown): JsonObject | string {
  try {
    const value = toCanonicalValue(payload ?? {});
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value;
    }
    return { value };
  } catch (error) {
    if (error instanceof CanonicalError) return error.message;
    throw error;
  }
}

function describe(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join('.') || 'payload'}: ${message}`)
    .join('; ');
}
