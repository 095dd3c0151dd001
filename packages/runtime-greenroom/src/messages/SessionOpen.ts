import { z } from 'zod';

/** Where a provider's model is reached: through the sidecar, in the provider's own wire format. */
export const ModelChoice = z.object({
  /** Name of the Model object; the path is `/llm/<name>`. */
  name: z.string().min(1),
  provider: z.string().default('openai-compatible'),
  /** The provider's own name of the model. */
  model: z.string().optional(),
  maxOutputTokens: z.number().int().positive().optional(),
  /** Size of the model's context window in tokens, where it is known. */
  contextTokens: z.number().int().positive().optional(),
});
export type ModelChoice = z.infer<typeof ModelChoice>;

/** Body of `POST /open`: everything a session needs to know before its first message. */
export const SessionOpen = z.object({
  session_id: z.string().min(1).max(200),
  mode: z.enum(['System', 'Supervised']).default('Supervised'),
  goal: z.string().max(1_048_576).optional(),
  instructions: z.string().max(1_048_576).optional(),
  config: z.record(z.string(), z.unknown()).optional(),
  model: z
    .union([
      ModelChoice,
      z
        .string()
        .min(1)
        .transform(name => ModelChoice.parse({ name })),
    ])
    .optional(),
  /** MCP servers behind the sidecar; paths are relative to GREENROOM_URL. */
  mcp: z
    .array(z.object({ name: z.string().min(1), path: z.string().min(1) }))
    .default([]),
  skills: z
    .array(z.object({ name: z.string().min(1), path: z.string().min(1) }))
    .default([]),
  workspace_dir: z.string().optional(),
  task: z
    .object({
      name: z.string().min(1),
      namespace: z.string().min(1),
      dir: z.string().optional(),
    })
    .optional(),
  interactive: z.boolean().default(false),
});
export type SessionOpen = z.infer<typeof SessionOpen>;
