import { z } from 'zod';
import { ObjectKey } from '../values/ObjectKey';
import { ForeignId, SessionId } from '../values/SessionId';
import { Genesis } from '../chain/Genesis';
import { defineEvent } from './defineEvent';

/** Which object a session belongs to: a Task, a Session, or a live agent's conversation by Messages. */
export const SessionKind = z.enum(['task', 'session', 'agent']);
export type SessionKind = z.infer<typeof SessionKind>;

/** Why something ended as it did: a word for programs, a sentence for people. */
const reason = z.string().min(1).max(128);
const message = z.string().max(16_384);

export const sessionEvents = [
  defineEvent({
    type: 'session.created',
    description: 'The session exists; the first entry of its chain.',
    emitter: 'greenroom',
    payload: z.object({
      kind: SessionKind,
      namespace: z.string().max(63),
      name: z.string().max(253),
      agent: ObjectKey,
      title: z.string().max(512).optional(),
      /** Catalog entity ref. */
      owner: z.string().max(512).optional(),
      mode: z.enum(['Supervised', 'System']),
      interactive: z.boolean(),
      genesis: Genesis,
      resumed_from: SessionId.optional(),
      forked_from: z
        .object({ session_id: SessionId, seq: z.int().min(1) })
        .optional(),
    }),
    example: {
      kind: 'task',
      namespace: 'default',
      name: 'inspect',
      agent: {
        namespace: 'default',
        name: 'repo-doctor',
        uid: '3f6d3c1e-6f0c-4a6e-8a43-6f2f3d0b6b7a',
      },
      mode: 'System',
      interactive: false,
      genesis: {
        cluster_uid: 'f4a7b9d2-0c7e-4f6a-9d55-0d6e8c1c2b3a',
        agent_uid: '3f6d3c1e-6f0c-4a6e-8a43-6f2f3d0b6b7a',
        key_id: 'ed25519-6c1f0a9b',
        policy_digest:
          'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      },
    },
  }),
  defineEvent({
    type: 'session.started',
    description: 'The runtime took the session and is ready for input.',
    emitter: 'greenroom',
    payload: z.object({
      runtime: z.object({
        type: z.string().max(64),
        contract: z.string().max(64),
        version: z.string().max(128).optional(),
      }),
      model: z.string().max(253).optional(),
      tools: z.array(z.string().max(253)).max(512).optional(),
    }),
    example: {
      runtime: { type: 'greenroom', contract: 'stream', version: '0.1.0' },
      tools: ['greenroom'],
    },
  }),
  defineEvent({
    type: 'session.resumed',
    description:
      'A new sidecar, or a new pod, carries the session on in a new epoch.',
    emitter: 'greenroom',
    payload: z.object({
      reason,
      message: message.optional(),
      previous_epoch: z.int().min(0).optional(),
    }),
    example: { reason: 'SidecarRestarted', previous_epoch: 1 },
  }),
  defineEvent({
    type: 'session.suspended',
    description: 'The session rests; a message wakes it.',
    emitter: 'greenroom',
    payload: z.object({ reason, message: message.optional() }),
    example: { reason: 'Standby', message: 'Idle for 15m.' },
  }),
  defineEvent({
    type: 'session.completed',
    description: 'The session ended well.',
    emitter: 'runtime',
    payload: z.object({
      result: z.string().max(1_048_576).optional(),
      reason: reason.optional(),
    }),
    example: { result: 'The report is in report.md.' },
  }),
  defineEvent({
    type: 'session.failed',
    description: 'The session ended with an error.',
    emitter: 'runtime',
    payload: z.object({ reason, message }),
    example: {
      reason: 'RuntimeNotReady',
      message: 'The runtime did not answer on :3100 within 60 s.',
    },
  }),
  defineEvent({
    type: 'session.cancelled',
    description: 'Somebody, or a limit, ended the session.',
    emitter: 'greenroom',
    payload: z.object({
      reason,
      message: message.optional(),
      turn_id: ForeignId.optional(),
    }),
    example: { reason: 'Stopped', message: 'The Task was stopped.' },
  }),
] as const;
