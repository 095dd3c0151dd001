import { z } from 'zod';
import { JsonValue } from '../values/JsonValue';

/** x1agent's envelope: five fields, and `expires_at` on input. */
export const X1Message = z.object({
  session_id: z.string().min(1),
  /** RFC 3339 with `+00:00`. */
  timestamp: z.string(),
  /** Rises within a session; absent on what the platform itself sends. */
  sequence: z.int().min(0).optional(),
  type: z.string().min(1),
  payload: JsonValue,
  /** Milliseconds since 1970. */
  expires_at: z.int().min(0).optional(),
});
export type X1Message = z.infer<typeof X1Message>;
