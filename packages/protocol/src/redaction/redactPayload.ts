import type { EventPayloads } from '../events/eventTypes';
import type { JsonObject } from '../values/JsonValue';
import { RedactionError } from './RedactionError';
import type { Redactor, RuleCounts } from './Redactor';

/** An event's payload without its secrets, or what stands in the event's place when that could not be made sure. */
export type RedactedPayload =
  | { kept: JsonObject; rules: RuleCounts }
  | { withheld: EventPayloads['system.withheld'] };

/** Redacts the payload of an event. Never throws: what cannot be redacted is withheld. */
export async function redactPayload(
  redactor: Redactor,
  event: { type: string; id?: string; payload: JsonObject },
): Promise<RedactedPayload> {
  try {
    const { value, rules } = await redactor.redact(event.payload);
    return { kept: value, rules };
  } catch (error) {
    return {
      withheld: {
        type: event.type,
        event_id: event.id,
        reason: 'RedactionFailed',
        message:
          error instanceof RedactionError
            ? error.message
            : 'The redactor itself failed, so nothing was passed on.',
      },
    };
  }
}
