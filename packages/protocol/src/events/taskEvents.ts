import { z } from 'zod';
import { ObjectKey } from '../values/ObjectKey';
import { defineEvent } from './defineEvent';

export const taskEvents = [
  defineEvent({
    type: 'task.started',
    description: 'A Task begins in this session.',
    emitter: 'greenroom',
    payload: z.object({ task: ObjectKey }),
    example: {
      task: {
        namespace: 'default',
        name: 'inspect',
        uid: '8e0c5c3a-2a37-4f53-9b50-2f0c9d7f1a11',
      },
    },
  }),
  defineEvent({
    type: 'task.finished',
    description: 'The Task of this session ended.',
    emitter: 'greenroom',
    payload: z.object({
      task: ObjectKey,
      outcome: z.enum(['Completed', 'Failed', 'Stopped', 'TimedOut']),
      reason: z.string().max(128).optional(),
      message: z.string().max(16_384).optional(),
    }),
    example: {
      task: {
        namespace: 'default',
        name: 'inspect',
        uid: '8e0c5c3a-2a37-4f53-9b50-2f0c9d7f1a11',
      },
      outcome: 'Completed',
    },
  }),
] as const;
