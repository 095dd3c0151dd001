import { z } from 'zod';

/** A namespaced Kubernetes object, with the uid that tells it from another of the same name. */
export const ObjectKey = z.object({
  namespace: z.string().min(1).max(63),
  name: z.string().min(1).max(253),
  uid: z.string().min(1).max(64),
});
export type ObjectKey = z.infer<typeof ObjectKey>;
