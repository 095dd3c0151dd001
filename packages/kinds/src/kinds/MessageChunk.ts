import { z } from 'zod';
import { messageChunkConditions } from '../conditions/messageChunkConditions';
import { defineKind, type DraftOf, type KindOf } from '../defineKind';
import { column } from '../schema/columns';
import { LocalRef } from '../schema/references';
import { list } from '../schema/collections';
import { filled, text } from '../schema/scalars';
import { Count, statusFields } from '../schema/status';

/** A piece of the stream of a Message. */
export const MessageChunk = defineKind({
  kind: 'MessageChunk',
  plural: 'messagechunks',
  shortNames: ['chunk'],
  scope: 'Namespaced',
  acts: true,
  doc: 'A piece of the stream of a Message that asked for it. Written by the operator, at most 100 for a Message, and removed after a while.',
  spec: z.object({
    messageRef: LocalRef.describe('The Message.'),
    sessionID: filled(64).describe('Id of the session.'),
    firstSequence: Count.describe('Sequence of the first entry.'),
    truncated: z
      .boolean()
      .optional()
      .describe('Whether the rest of the stream is only in the session.'),
    entries: list(
      z.object({
        sequence: Count.describe('Place in the stream of the session.'),
        type: z
          .enum([
            'thinking',
            'tool_call',
            'tool_result',
            'response',
            'info',
            'error',
          ])
          .describe('What it is.'),
        content: text(65_536).describe('The content, secrets removed.'),
      }),
      1024,
    ).describe('What was streamed, in order.'),
  }),
  rules: [{ rule: 'self == oldSelf', message: 'a chunk cannot be changed' }],
  status: z.object(statusFields),
  columns: [
    column.of('Message', '.spec.messageRef.name'),
    column.of('First', '.spec.firstSequence', { type: 'integer' }),
    column.of('Type', '.spec.entries[0].type'),
    column.of('Content', '.spec.entries[0].content'),
    column.age,
  ],
  conditions: messageChunkConditions,
});
export type MessageChunk = KindOf<typeof MessageChunk>;
export type MessageChunkDraft = DraftOf<typeof MessageChunk>;
