import { z } from 'zod';
import { JsonValue } from '../values/JsonValue';
import { ForeignId, SessionId } from '../values/SessionId';

/** One event on a runtime's stream: x1agent's `{type, payload}`, and what Greenroom's runtimes add. */
export const RuntimeEvent = z.object({
  type: z.string().min(1).max(128),
  payload: JsonValue.optional(),
  /** The same event sent again has the same id. */
  event_id: ForeignId.optional(),
  /** May be left out where the pod has one session. */
  session_id: SessionId.optional(),
  turn_id: ForeignId.optional(),
  causation_id: ForeignId.optional(),
});
export type RuntimeEvent = z.infer<typeof RuntimeEvent>;
