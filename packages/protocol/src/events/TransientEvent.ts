import { z } from 'zod';
import { ForeignId } from '../values/SessionId';
import { Actor } from './Actor';

/** The durable event that will stand where the delta was shown. */
const event_id = ForeignId;
const text = z.string().max(262_144);

/** What is shown while it happens and never stored or hashed. */
export const TransientEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('delta.text'),
    payload: z.object({ event_id, text }),
  }),
  z.object({
    type: z.literal('delta.thinking'),
    payload: z.object({ event_id, text }),
  }),
  z.object({
    type: z.literal('delta.tool_output'),
    payload: z.object({ event_id, tool_use_id: ForeignId.optional(), text }),
  }),
  z.object({
    type: z.literal('presence'),
    payload: z.object({
      event_id: event_id.optional(),
      actor: Actor,
      state: z.enum(['here', 'away']),
    }),
  }),
  z.object({
    type: z.literal('typing'),
    payload: z.object({ event_id: event_id.optional(), actor: Actor }),
  }),
]);
export type TransientEvent = z.infer<typeof TransientEvent>;

const transientTypes: ReadonlySet<string> = new Set<TransientEvent['type']>([
  'delta.text',
  'delta.thinking',
  'delta.tool_output',
  'presence',
  'typing',
]);

/** Whether events of this type are shown and forgotten. */
export function isTransientType(type: string): type is TransientEvent['type'] {
  return transientTypes.has(type);
}
