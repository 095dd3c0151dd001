import { z } from 'zod';
import { ForeignId } from '../values/SessionId';
import { Count } from '../values/Sha256';
import { defineEvent } from './defineEvent';

export const systemEvents = [
  defineEvent({
    type: 'system.gap',
    description: 'Events are missing here, and why.',
    emitter: 'greenroom',
    payload: z.object({
      reason: z.string().min(1).max(128),
      message: z.string().max(16_384),
      /** Unset where nobody can know. */
      count: Count.optional(),
    }),
    example: {
      reason: 'RuntimeRingOverrun',
      message:
        'The runtime no longer held 12 events when the sidecar returned.',
      count: 12,
    },
  }),
  defineEvent({
    type: 'system.withheld',
    description: 'An event was not recorded because it could not be made safe.',
    emitter: 'greenroom',
    payload: z.object({
      /** Type of the event withheld. */
      type: z.string().max(128),
      event_id: ForeignId.optional(),
      reason: z.string().min(1).max(128),
      message: z.string().max(4_096),
      bytes: Count.optional(),
    }),
    example: {
      type: 'agent.tool_result',
      reason: 'RedactionFailed',
      message: 'The rule "internal-ids" failed, so nothing was passed on.',
      bytes: 1_204,
    },
  }),
] as const;
