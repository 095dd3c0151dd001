import { z } from 'zod';

/** What a runtime can do. Everybody looks at these, never at a runtime's name. */
export const RuntimeCapabilities = z.object({
  multiSession: z.boolean().default(false),
  cancel: z.boolean().default(false),
  permissions: z.boolean().default(false),
  fork: z.boolean().default(false),
  models: z.boolean().default(false),
  deltas: z.boolean().default(false),
});
export type RuntimeCapabilities = z.infer<typeof RuntimeCapabilities>;

/** Whether the runtime answers. */
export const RuntimeState = z.enum(['starting', 'ready', 'failed']);
export type RuntimeState = z.infer<typeof RuntimeState>;
