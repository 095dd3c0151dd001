import { z } from 'zod';
import { policyConditions } from '../conditions/policyConditions';
import { defineKind, type DraftOf, type KindOf } from '../defineKind';
import { column } from '../schema/columns';
import { LabelSelector } from '../schema/kubernetes/scheduling';
import { PolicyRule } from '../schema/PolicyRule';
import { keyedList } from '../schema/collections';
import { text } from '../schema/scalars';
import { Count, statusFields } from '../schema/status';

/** What agents may do. */
export const Policy = defineKind({
  kind: 'Policy',
  plural: 'policies',
  shortNames: ['pol'],
  scope: 'Namespaced',
  acts: true,
  doc: 'What agents may do: allow, deny or ask, for tools, prompts, shells, invocations, egress and credentials. A policy that cannot be evaluated denies.',
  spec: z.object({
    selector: LabelSelector.optional().describe(
      'Agents in the same namespace, by their labels; all by default.',
    ),
    rules: keyedList(PolicyRule, ['name'], 64).describe(
      'The rules. Their order does not matter.',
    ),
  }),
  status: z.object({
    ...statusFields,
    digest: text(71)
      .optional()
      .describe('Digest of the policy as sidecars have it.'),
    agents: Count.optional().describe('How many Agents it applies to.'),
  }),
  columns: [
    column.of('Agents', '.status.agents', { type: 'integer' }),
    column.condition('Ready'),
    column.reasonOf('Ready', { wide: true }),
    column.age,
  ],
  conditions: policyConditions,
});
export type Policy = KindOf<typeof Policy>;
export type PolicyDraft = DraftOf<typeof Policy>;
