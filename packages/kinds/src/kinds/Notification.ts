import { z } from 'zod';
import { notificationConditions } from '../conditions/notificationConditions';
import { defineKind, type DraftOf, type KindOf } from '../defineKind';
import { column } from '../schema/columns';
import { LocalRef } from '../schema/references';
import { setOf } from '../schema/collections';
import {
  EntityRef,
  filled,
  SessionId,
  text,
  Timestamp,
} from '../schema/scalars';
import { statusFields } from '../schema/status';

/** A note from an agent to people. */
export const Notification = defineKind({
  kind: 'Notification',
  plural: 'notifications',
  shortNames: ['notif'],
  scope: 'Namespaced',
  acts: true,
  doc: 'A note from an agent to people.',
  spec: z.object({
    agentRef: LocalRef.describe('The Agent or AgentTemplate that speaks.'),
    sessionID: SessionId.describe('Id of the session it speaks from.'),
    message: filled(32_768).describe('What it says, in Markdown.'),
    notificationType: z
      .enum(['info', 'success', 'warning', 'error'])
      .default('info')
      .describe('How grave it is.'),
    title: text(256)
      .optional()
      .describe('Title; by default the name of the agent.'),
    taskRef: LocalRef.optional().describe('The Task it is about.'),
    recipients: setOf(EntityRef, 64)
      .optional()
      .describe(
        'Catalog entities it is for; by default the owner of the session.',
      ),
  }),
  rules: [
    { rule: 'self == oldSelf', message: 'a notification cannot be changed' },
  ],
  status: z.object({
    ...statusFields,
    deliveredAt: Timestamp.optional().describe('When it was handed on.'),
  }),
  columns: [
    column.of('Agent', '.spec.agentRef.name'),
    column.of('Type', '.spec.notificationType'),
    column.of('Title', '.spec.title'),
    column.of('Message', '.spec.message', { wide: true }),
    column.age,
  ],
  conditions: notificationConditions,
});
export type Notification = KindOf<typeof Notification>;
export type NotificationDraft = DraftOf<typeof Notification>;
