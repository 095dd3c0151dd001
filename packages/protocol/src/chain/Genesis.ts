import { z } from 'zod';

/** What a session's chain is bound to from its first entry on. */
export const Genesis = z.object({
  cluster_uid: z.string().min(1).max(64),
  agent_uid: z.string().min(1).max(64),
  /** Names the cluster's key that seals the chain. */
  key_id: z.string().min(1).max(128),
  /** Digest of the policies in force when the session was opened. */
  policy_digest: z.string().max(128),
});
export type Genesis = z.infer<typeof Genesis>;
