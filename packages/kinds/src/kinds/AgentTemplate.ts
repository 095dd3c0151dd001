import { z } from 'zod';
import { agentTemplateConditions } from '../conditions/agentTemplateConditions';
import { defineKind, type DraftOf, type KindOf } from '../defineKind';
import { agentFields } from '../schema/agentFields';
import { column } from '../schema/columns';
import { list } from '../schema/collections';
import { text } from '../schema/scalars';
import { Count, statusFields } from '../schema/status';

/** A reusable blueprint of agents. */
export const AgentTemplate = defineKind({
  kind: 'AgentTemplate',
  plural: 'agenttemplates',
  shortNames: ['agtpl'],
  scope: 'Namespaced',
  acts: true,
  doc: 'A reusable blueprint of agents. Agents refer to it and override parts of it; Tasks and Sessions can also run it directly, in a pod of their own.',
  spec: z.object(agentFields),
  status: z.object({
    ...statusFields,
    users: Count.optional().describe(
      'How many Agents, Tasks and Sessions use it.',
    ),
    usedBy: list(text(320), 32)
      .optional()
      .describe('Some of its users, as kind/name.'),
  }),
  columns: [
    column.of('Runtime', '.spec.runtime.type'),
    column.of('Users', '.status.users', { type: 'integer' }),
    column.condition('Ready'),
    column.of('Image', '.spec.runtime.executorImage', { wide: true }),
    column.age,
  ],
  conditions: agentTemplateConditions,
});
export type AgentTemplate = KindOf<typeof AgentTemplate>;
export type AgentTemplateDraft = DraftOf<typeof AgentTemplate>;
