import { z } from 'zod';
import { providerConditions } from '../conditions/providerConditions';
import { defineKind, type DraftOf, type KindOf } from '../defineKind';
import { column } from '../schema/columns';
import { EnvVar, Resources } from '../schema/kubernetes/container';
import { LocalRef } from '../schema/references';
import { keyedList, list, RawObject } from '../schema/collections';
import { filled, ImageName, integer, text } from '../schema/scalars';
import { statusFields } from '../schema/status';

/** A provider service on the bus. */
export const Provider = defineKind({
  kind: 'Provider',
  plural: 'providers',
  shortNames: ['prov'],
  scope: 'Namespaced',
  acts: false,
  doc: 'A service that agents ask over the bus, such as files, a graph, messaging or a calendar.',
  spec: z.object({
    domain: z
      .string()
      .min(1)
      .max(63)
      .regex(/^[a-z]([a-z0-9-]*[a-z0-9])?$/)
      .describe('What it provides; a part of the subject it answers on.'),
    description: text(1024)
      .optional()
      .describe('What it is for, for people and models.'),
    server: z
      .object({
        image: ImageName.describe('Image of the service.'),
        command: list(text(4096), 64)
          .optional()
          .describe('Command instead of the image’s own.'),
        args: list(text(4096), 64).optional().describe('Arguments.'),
        env: keyedList(EnvVar, ['name'], 64).optional().describe('Variables.'),
        resources: Resources.optional().describe('Requests and limits.'),
      })
      .optional()
      .describe('A service of your own. Exactly one of server and builtin.'),
    builtin: z
      .enum([
        'files',
        'messaging-webhook',
        'calendar-caldav',
        'graph-postgres',
        'vector-postgres',
      ])
      .optional()
      .describe(
        'A service that comes with Greenroom. Exactly one of server and builtin.',
      ),
    replicas: integer(0, 32)
      .default(1)
      .describe('How many pods share the requests.'),
    config: RawObject.optional().describe(
      'Settings handed to the service as they are.',
    ),
    credentialsRef: LocalRef.optional().describe(
      'Secret handed to the service.',
    ),
  }),
  rules: [
    {
      rule: 'has(self.server) != has(self.builtin)',
      message: 'set exactly one of server and builtin',
      holds: spec =>
        (spec.server !== undefined) !== (spec.builtin !== undefined),
    },
  ],
  status: z.object({
    ...statusFields,
    phase: z
      .enum(['Pending', 'Ready', 'Unavailable'])
      .optional()
      .describe('Whether it can be used.'),
    operations: list(filled(128), 128)
      .optional()
      .describe('Operations it answers.'),
  }),
  columns: [
    column.phase,
    column.of('Domain', '.spec.domain'),
    column.of('Builtin', '.spec.builtin'),
    column.age,
  ],
  conditions: providerConditions,
});
export type Provider = KindOf<typeof Provider>;
export type ProviderDraft = DraftOf<typeof Provider>;
