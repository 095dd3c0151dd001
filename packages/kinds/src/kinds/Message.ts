import { z } from 'zod';
import { messageConditions } from '../conditions/messageConditions';
import { defineKind, type DraftOf, type KindOf } from '../defineKind';
import { column } from '../schema/columns';
import { SessionOverrides } from '../schema/SessionOverrides';
import { ConfigMapKeyRef, LocalRef } from '../schema/references';
import { list } from '../schema/collections';
import {
  Digest,
  Duration,
  EntityRef,
  filled,
  text,
  Timestamp,
} from '../schema/scalars';
import { Count, statusFields, Usage } from '../schema/status';
import { unchanged, unchangedRef } from '../schema/unchanged';
import { withRules } from '../schema/withRules';

/** Where a Message is in its life. */
export const MessagePhase = z.enum([
  'Pending',
  'Queued',
  'AwaitingApproval',
  'Delivered',
  'Running',
  'Completed',
  'Failed',
  'Cancelled',
  'Denied',
]);
export type MessagePhase = z.output<typeof MessagePhase>;

const Attachment = withRules(
  z.object({
    name: filled(255).describe('Name of the file the agent sees.'),
    mediaType: text(255)
      .optional()
      .describe('Media type; by default judged by the name.'),
    text: text(65_536).optional().describe('Content, as text.'),
    configMapKeyRef: ConfigMapKeyRef.optional().describe(
      'Content, from a ConfigMap.',
    ),
    blob: Digest.optional().describe(
      'Content, by the digest under which it was uploaded.',
    ),
  }),
  [
    {
      rule: '(has(self.text) ? 1 : 0) + (has(self.configMapKeyRef) ? 1 : 0) + (has(self.blob) ? 1 : 0) == 1',
      message: 'set exactly one of text, configMapKeyRef and blob',
      holds: it =>
        [it.text, it.configMapKeyRef, it.blob].filter(
          value => value !== undefined,
        ).length === 1,
    },
  ],
);

/** One message to an agent or session, and its answer. */
export const Message = defineKind({
  kind: 'Message',
  plural: 'messages',
  shortNames: ['msg'],
  scope: 'Namespaced',
  acts: true,
  doc: 'One message to an agent or session, and its answer. It is delivered exactly once, whatever restarts.',
  spec: z.object({
    agentRef: LocalRef.optional().describe(
      'The Agent, which answers in a session made for this message. Exactly one of agentRef and sessionRef.',
    ),
    sessionRef: LocalRef.optional().describe(
      'The Session. Exactly one of agentRef and sessionRef.',
    ),
    text: filled(131_072).describe('What is said, in Markdown.'),
    attachments: list(Attachment, 16)
      .optional()
      .describe('Files that come with it.'),
    overrides: SessionOverrides.optional().describe(
      'Changes to the agent for this message.',
    ),
    sender: EntityRef.optional().describe(
      'Catalog entity that speaks; by default the user who made the object.',
    ),
    timeout: Duration.optional().describe(
      'Longest time from delivery to the answer; none by default.',
    ),
    stream: z
      .boolean()
      .default(false)
      .describe('Whether MessageChunks show the answer while it is made.'),
    cancel: z
      .boolean()
      .default(false)
      .describe('Whether to stop the work, also while the message is queued.'),
  }),
  rules: [
    {
      rule: 'has(self.agentRef) != has(self.sessionRef)',
      message: 'set exactly one of agentRef and sessionRef',
      holds: spec =>
        (spec.agentRef !== undefined) !== (spec.sessionRef !== undefined),
    },
    unchanged('text', 'Message'),
    unchangedRef('agentRef', 'Message'),
    unchangedRef('sessionRef', 'Message'),
  ],
  status: z.object({
    ...statusFields,
    phase: MessagePhase.optional().describe(
      'Where the message is in its life.',
    ),
    sessionID: text(64).optional().describe('Id of the session that answers.'),
    turnID: text(64).optional().describe('Id of the turn that answers.'),
    response: text(65_536)
      .optional()
      .describe('The answer; a longer one says where the rest is.'),
    responseTruncated: z
      .boolean()
      .optional()
      .describe('Whether response is only the beginning.'),
    usage: Usage.optional().describe('What the answer used.'),
    chunks: Count.optional().describe('How many MessageChunks there are.'),
    chunksTruncated: z
      .boolean()
      .optional()
      .describe('Whether some of the stream is only in the session.'),
    deliveredAt: Timestamp.optional().describe('When the runtime took it.'),
    completionTime: Timestamp.optional().describe(
      'When the answer was complete.',
    ),
    error: z
      .object({
        reason: filled(256).describe('What went wrong, as one word.'),
        message: text(4096).describe(
          'What went wrong, in words, and what to do.',
        ),
      })
      .optional()
      .describe('Why there is no answer.'),
  }),
  columns: [
    column.phase,
    column.of('Agent', '.spec.agentRef.name'),
    column.of('Session', '.spec.sessionRef.name'),
    column.of('Chunks', '.status.chunks', { type: 'integer', wide: true }),
    column.of('Response', '.status.response', { wide: true }),
    column.age,
  ],
  conditions: messageConditions,
});
export type Message = KindOf<typeof Message>;
export type MessageDraft = DraftOf<typeof Message>;
