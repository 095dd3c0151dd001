import { z } from 'zod';
import { ForeignId } from '../values/SessionId';
import { defineEvent } from './defineEvent';

export const userEvents = [
  defineEvent({
    type: 'user.message',
    description: 'What a person, a Task or another agent asked.',
    emitter: 'greenroom',
    payload: z.object({
      text: z.string().max(1_048_576),
      kind: z.enum(['task', 'message']).optional(),
      /** The input that brought it. */
      input_id: ForeignId.optional(),
      attachments: z
        .array(
          z.object({ name: z.string().max(512), path: z.string().max(4_096) }),
        )
        .max(64)
        .optional(),
    }),
    example: {
      text: 'Inspect this repository.',
      kind: 'task',
      input_id: 'task-3f6d3c1e-6f0c-4a6e-8a43-6f2f3d0b6b7a',
    },
  }),
  defineEvent({
    type: 'user.input_response',
    description: 'A person’s answer to an input request.',
    emitter: 'greenroom',
    payload: z.object({
      request_id: ForeignId,
      text: z.string().max(1_048_576),
      input_id: ForeignId.optional(),
    }),
    example: { request_id: 'ask-1', text: 'main' },
  }),
] as const;
