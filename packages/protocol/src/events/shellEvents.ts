import { z } from 'zod';
import { ForeignId } from '../values/SessionId';
import { Count, Sha256 } from '../values/Sha256';
import { defineEvent } from './defineEvent';

const grantId = ForeignId;

export const shellEvents = [
  defineEvent({
    type: 'shell.opened',
    description: 'A person opened a shell beside the agent.',
    emitter: 'greenroom',
    payload: z.object({
      grant_id: grantId,
      user: z.string().max(512),
      container: z.string().max(63),
      mode: z.enum(['rw', 'ro']),
      command: z.array(z.string().max(4_096)).max(64),
      recording: z.enum(['required', 'best-effort', 'off']),
      reason: z.string().max(4_096).optional(),
    }),
    example: {
      grant_id: 'grant-1',
      user: 'jane@example.com',
      container: 'agent',
      mode: 'rw',
      command: ['sh'],
      recording: 'required',
    },
  }),
  defineEvent({
    type: 'shell.closed',
    description: 'The shell ended.',
    emitter: 'greenroom',
    payload: z.object({
      grant_id: grantId,
      reason: z.string().max(128),
      exit_code: z.int().optional(),
      duration_ms: Count,
    }),
    example: {
      grant_id: 'grant-1',
      reason: 'Exited',
      exit_code: 0,
      duration_ms: 61_250,
    },
  }),
  defineEvent({
    type: 'shell.segment',
    description: 'The digest of one segment of a shell’s recording.',
    emitter: 'greenroom',
    payload: z.object({
      grant_id: grantId,
      /** From 0, without gaps. */
      index: Count,
      digest: Sha256,
      bytes: Count,
      from_ms: Count,
      to_ms: Count,
    }),
    example: {
      grant_id: 'grant-1',
      index: 0,
      digest:
        '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
      bytes: 5_120,
      from_ms: 0,
      to_ms: 1_000,
    },
  }),
] as const;
