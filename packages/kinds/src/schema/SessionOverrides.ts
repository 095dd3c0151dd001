import { z } from 'zod';
import { LocalRef } from './references';
import { list, RawObject, setOf } from './collections';
import { filled, ObjectName, ShortName, text } from './scalars';

/** Changes to an agent for one session or message. */
export const SessionOverrides = z.object({
  model: ObjectName.optional().describe(
    'Name of a Model in the same namespace.',
  ),
  systemMessage: text(65_536)
    .optional()
    .describe('Instructions instead of the agent’s own.'),
  disabledSkills: setOf(filled(253), 128)
    .optional()
    .describe('Skills that are switched off.'),
  customAgents: list(
    z.object({
      name: ShortName.describe('Name of the sub-agent.'),
      description: text(1024).optional().describe('What it is for.'),
      instructions: text(65_536).optional().describe('How it should behave.'),
      tools: setOf(filled(128), 64)
        .optional()
        .describe('Tools it may use; all by default.'),
    }),
    32,
  )
    .optional()
    .describe('Sub-agents the agent may call.'),
  toolsConfig: RawObject.optional().describe(
    'Settings of tools, handed to the runtime as they are.',
  ),
  providerSecretRef: LocalRef.optional().describe(
    'Secret with a key of the user’s own for the model; it stays in the sidecar.',
  ),
});
export type SessionOverrides = z.output<typeof SessionOverrides>;
