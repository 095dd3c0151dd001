import { z } from 'zod';
import { Genesis } from '../chain/Genesis';
import { SessionKind } from '../events/sessionEvents';
import { JsonObject } from '../values/JsonValue';
import { ObjectKey } from '../values/ObjectKey';
import { SessionId } from '../values/SessionId';
import { Count } from '../values/Sha256';

/**
 * A ContextItem of the kinds with what only the operator can look up filled in. The shape below `text`, `configMap`,
 * `git`, `runtime` and `url` belongs to the context tools, which read it.
 */
export const ResolvedContextItem = z.looseObject({
  name: z.string().optional(),
  description: z.string().optional(),
  type: z.enum(['Text', 'ConfigMap', 'Git', 'Runtime', 'URL']),
  mountPath: z.string().optional(),
  fileMode: z.int().min(0).max(0o7777).optional(),
});

/** What a Session, or a Message, changes about its agent. */
export const SessionOverrides = z.object({
  model: z.string().optional(),
  system_message: z.string().optional(),
  disabled_skills: z.array(z.string()).optional(),
  custom_agents: z.array(JsonObject).optional(),
  tools_config: JsonObject.optional(),
  /** Folder below CREDENTIALS_DIR that holds the caller's own key. */
  provider_credential: z.string().optional(),
});
export type SessionOverrides = z.infer<typeof SessionOverrides>;

/** Everything a sidecar must know to open a session. */
export const SessionOpening = z.object({
  session_id: SessionId,
  kind: SessionKind,
  /** The Task, Session or Agent that the session belongs to. */
  name: z.string(),
  namespace: z.string(),
  title: z.string().optional(),
  owner: z.string().optional(),
  interactive: z.boolean(),
  genesis: Genesis,
  task: ObjectKey.extend({
    description: z.string(),
    contexts: z.array(ResolvedContextItem),
  }).optional(),
  overrides: SessionOverrides.optional(),
  timeout_ms: Count.optional(),
  idle_timeout_ms: Count.optional(),
});
export type SessionOpening = z.infer<typeof SessionOpening>;
