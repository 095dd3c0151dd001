import { z } from 'zod';
import type { JsonObject } from '../values/JsonValue';
import { ForeignId, SessionId } from '../values/SessionId';
import { Count, Sha256 } from '../values/Sha256';
import { Timestamp } from '../values/Timestamp';
import { Actor } from './Actor';
import {
  eventDefinition,
  type EventPayloads,
  type EventType,
} from './eventTypes';

/** What surrounds every durable event. `(epoch, seq)` never repeats or goes back. */
export const EventEnvelope = z.object({
  v: z.literal(1),
  session_id: SessionId,
  /** Rises with each sidecar process. */
  epoch: z.int().min(0),
  /** From 1, without gaps, over all epochs of the session. */
  seq: z.int().min(1),
  id: ForeignId,
  ts: Timestamp,
  type: z.string().min(1).max(128),
  actor: Actor,
  turn_id: ForeignId.optional(),
  /** The event or input that this one follows from. */
  causation_id: ForeignId.optional(),
  /** W3C `traceparent`. */
  trace: z
    .string()
    .regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/)
    .optional(),
  payload: z.record(z.string(), z.unknown()),
  /** Where the whole payload is, when `payload` is a shortened one; its digest and size in bytes. */
  blob: z.object({ digest: Sha256, bytes: Count }).optional(),
});

type Envelope = Omit<z.infer<typeof EventEnvelope>, 'type' | 'payload'>;

/** A durable event of one type. */
export type SessionEventOf<Type extends EventType> = Envelope & {
  type: Type;
  payload: EventPayloads[Type];
};

/** Any durable event; `type` tells which payload it has. */
export type SessionEvent = {
  [Type in EventType]: SessionEventOf<Type>;
}[EventType];

/**
 * Reads a durable event. A type that this version does not know (written by a newer one) comes back as
 * `agent.custom` with the original inside.
 * Throws a ZodError that names the field when the envelope or a known payload is not as it should be.
 */
export function parseSessionEvent(value: unknown): SessionEvent {
  const envelope = EventEnvelope.parse(value);
  const definition = eventDefinition(envelope.type);
  if (!definition) {
    return {
      ...envelope,
      type: 'agent.custom',
      payload: {
        type: envelope.type,
        payload: envelope.payload as JsonObject,
      },
    };
  }
  return {
    ...envelope,
    payload: definition.payload.parse(envelope.payload),
  } as SessionEvent;
}
