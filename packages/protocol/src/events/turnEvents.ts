import { z } from 'zod';
import { ForeignId } from '../values/SessionId';
import { defineEvent } from './defineEvent';

export const turnEvents = [
  defineEvent({
    type: 'turn.started',
    description: 'The runtime works on an input.',
    emitter: 'runtime',
    payload: z.object({
      input_id: ForeignId.optional(),
      model: z.string().max(253).optional(),
    }),
    example: { input_id: 'task-8e0c5c3a-2a37-4f53-9b50-2f0c9d7f1a11' },
  }),
  defineEvent({
    type: 'turn.finished',
    description: 'The runtime is done with the input, well or not.',
    emitter: 'runtime',
    payload: z.object({
      outcome: z.enum(['completed', 'failed']),
      answer: z.string().max(1_048_576).optional(),
      error: z
        .object({
          reason: z.string().min(1).max(128),
          message: z.string().max(16_384),
        })
        .optional(),
    }),
    example: { outcome: 'completed', answer: 'Seven findings, one urgent.' },
  }),
  defineEvent({
    type: 'turn.cancelled',
    description: 'The work on the input was stopped.',
    emitter: 'runtime',
    payload: z.object({
      reason: z.string().min(1).max(128),
      message: z.string().max(16_384).optional(),
    }),
    example: { reason: 'Stopped' },
  }),
] as const;
