import { z } from 'zod';

/** What an Agent's `config` may say to this runtime; other fields are for other runtimes. */
export const ConversationConfig = z.object({
  /** Model calls in one turn before it is ended. */
  maxSteps: z.number().int().min(1).max(1_000).default(200),
  /** Names of tools that need a person's permission; `*` stands for any characters. */
  needsApproval: z.array(z.string()).default([]),
  /** How long to wait for that permission, in seconds. */
  approvalTimeoutSeconds: z.number().int().min(1).default(1_800),
  /** Size of the model's context window in tokens; the conversation is summed up before it is full. */
  contextTokens: z.number().int().min(1_000).default(128_000),
  /** Sub-agents that may be given parts of the work. */
  agents: z
    .array(
      z.object({
        name: z.string().min(1),
        description: z.string().default(''),
        instructions: z.string().default(''),
        /** Names of the tools it may use; all of the agent's by default. */
        tools: z.array(z.string()).optional(),
      }),
    )
    .default([]),
});
export type ConversationConfig = z.infer<typeof ConversationConfig>;

/** Whether a tool must be allowed by a person first. */
export function needsApproval(
  config: ConversationConfig,
  tool: string,
): boolean {
  return config.needsApproval.some(pattern =>
    new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`).test(tool),
  );
}

function escaped(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
}
