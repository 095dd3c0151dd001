import { z } from 'zod';
import { tenantConditions } from '../conditions/tenantConditions';
import { defineKind, type DraftOf, type KindOf } from '../defineKind';
import { Budget } from '../schema/agentFields';
import { column } from '../schema/columns';
import { keyedList, mapOf, setOf } from '../schema/collections';
import {
  filled,
  ObjectName,
  Quantity,
  ShortName,
  text,
} from '../schema/scalars';
import { statusFields } from '../schema/status';

const amounts = mapOf(Quantity, 64);

/** A namespace of one's own, isolated. */
export const Tenant = defineKind({
  kind: 'Tenant',
  plural: 'tenants',
  shortNames: ['ten'],
  scope: 'Cluster',
  acts: false,
  doc: 'A namespace of one’s own, `gr-<name>`, isolated from the others, with agents cloned into it.',
  spec: z.object({
    tenantID: filled(128).describe(
      'Who the tenant is, as the portal names it.',
    ),
    agents: keyedList(
      z.object({
        namespace: ShortName.describe('Namespace of the Agent.'),
        name: ObjectName.describe('Name of the Agent.'),
      }),
      ['namespace', 'name'],
      64,
    )
      .optional()
      .describe(
        'Agents cloned into the namespace, with the Secrets they need.',
      ),
    isolation: z
      .enum(['Strict', 'None'])
      .default('Strict')
      .describe('Strict denies all traffic in and out but what agents need.'),
    members: setOf(filled(253), 64)
      .optional()
      .describe('Groups whose members may work in the namespace.'),
    quota: amounts
      .optional()
      .describe('Hard limits of the namespace’s ResourceQuota.'),
    limits: z
      .object({
        default: amounts
          .optional()
          .describe('Limits of containers that have none.'),
        defaultRequest: amounts
          .optional()
          .describe('Requests of containers that have none.'),
        max: amounts.optional().describe('Largest limits of a container.'),
      })
      .optional()
      .describe('The namespace’s LimitRange.'),
    budget: Budget.optional().describe(
      'How much all agents of the tenant may use together.',
    ),
  }),
  rules: [
    {
      rule: 'self.tenantID == oldSelf.tenantID',
      message: 'tenantID cannot be changed; make a new Tenant',
    },
  ],
  objectRules: [
    {
      rule: 'size(self.metadata.name) <= 60',
      message:
        'the name must have at most 60 characters: the namespace is named gr-<name>',
      fieldPath: '.metadata.name',
      holds: object => (object.metadata?.name ?? '').length <= 60,
    },
  ],
  status: z.object({
    ...statusFields,
    phase: z
      .enum(['Pending', 'Ready', 'Failed', 'Terminating'])
      .optional()
      .describe('Where it is in its life.'),
    namespace: text(63).optional().describe('The namespace.'),
  }),
  columns: [
    column.phase,
    column.of('Namespace', '.status.namespace'),
    column.of('Isolation', '.spec.isolation'),
    column.age,
  ],
  conditions: tenantConditions,
});
export type Tenant = KindOf<typeof Tenant>;
export type TenantDraft = DraftOf<typeof Tenant>;
