import { z } from 'zod';

/** What a person decided about a permission or an input request. */
export const Decision = z.object({
  approved: z.boolean().default(false),
  reason: z.string().optional(),
  answer: z.string().optional(),
  edited_arguments: z.unknown().optional(),
  /** True when nobody decided in time. */
  expired: z.boolean().default(false),
  decided_by: z.string().optional(),
});
export type Decision = z.infer<typeof Decision>;

/** Body of `POST /inject`. */
export const Inject = z.object({
  text: z.string().max(1_048_576),
  session_id: z.string().min(1).optional(),
  turn_id: z.string().min(1).optional(),
  event_id: z.string().min(1).optional(),
  kind: z.enum(['task', 'message', 'answer']).default('message'),
  request_id: z.string().min(1).optional(),
  sender_id: z.string().optional(),
  decision: Decision.optional(),
});
export type Inject = z.infer<typeof Inject>;

/** Body of `POST /cancel`. */
export const Cancel = z.object({
  session_id: z.string().min(1),
  turn_id: z.string().min(1).optional(),
  reason: z.string().default('Cancelled'),
});

/** Body of `POST /close`. */
export const Close = z.object({ session_id: z.string().min(1) });
