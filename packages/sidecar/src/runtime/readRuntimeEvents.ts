import { z } from 'zod';
import type { RuntimeEvent } from './RuntimeDriver';

const text = z.string().min(1).max(1_000).optional().catch(undefined);

const WireEvent = z.looseObject({
  type: z.string().min(1).max(1_000),
  payload: z.unknown(),
  event_id: text,
  session_id: text,
  turn_id: text,
  causation_id: text,
});

/** Events in one message; a runtime that sends more at once is broken. */
const MOST_EVENTS = 10_000;

function readOne(
  value: unknown,
): RuntimeEvent | { unreadable: string } | undefined {
  const parsed = WireEvent.safeParse(value);
  if (!parsed.success) {
    return {
      unreadable: 'an event is an object with a string "type" and a "payload"',
    };
  }
  const { type, payload, event_id, session_id, turn_id, causation_id } =
    parsed.data;
  if (type === 'heartbeat') return undefined;
  return {
    type,
    payload: payload ?? {},
    ...(event_id && { eventId: event_id }),
    ...(session_id && { sessionId: session_id }),
    ...(turn_id && { turnId: turn_id }),
    ...(causation_id && { causationId: causation_id }),
  };
}

/** Reads the data of one server-sent event: an event, or an array of them. Never throws. */
export function readRuntimeEvents(
  data: string,
): (RuntimeEvent | { unreadable: string })[] {
  if (data.trim() === '') return [];
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return [{ unreadable: `it is not JSON: ${data.slice(0, 80)}` }];
  }
  const values = Array.isArray(value) ? value : [value];
  if (values.length > MOST_EVENTS)
    return [{ unreadable: `more than ${MOST_EVENTS} events in one message` }];
  return values.map(readOne).filter(event => event !== undefined);
}
