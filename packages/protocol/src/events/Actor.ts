import { z } from 'zod';

/** Whose act an event is. */
export const Actor = z.object({
  type: z.enum(['user', 'agent', 'system']),
  /** A user as the cluster or the portal names it, an agent as `<namespace>/<name>`, or a part of Greenroom. */
  id: z.string().min(1).max(512),
  /** For people. */
  name: z.string().max(256).optional(),
});
export type Actor = z.infer<typeof Actor>;
