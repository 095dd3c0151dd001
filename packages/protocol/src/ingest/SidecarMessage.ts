import { z } from 'zod';
import { TransientEvent } from '../events/TransientEvent';
import { ObjectKey } from '../values/ObjectKey';
import { ForeignId, SessionId } from '../values/SessionId';
import { Sha256 } from '../values/Sha256';
import { ingestCalls, type IngestMethod } from './calls';
import { RuntimeCapabilities, RuntimeState } from './RuntimeCapabilities';

/** One link of a session's chain, as the sidecar made it. */
export const AppendedEntry = z.object({
  seq: z.int().min(1),
  /** The envelope as canonical JSON, exactly the bytes that were hashed. */
  body: z.string().max(1_048_576),
  /** 16 random bytes, base64. */
  salt: z.string().regex(/^[A-Za-z0-9+/]{22}==$/),
  hash: Sha256,
});
export type AppendedEntry = z.infer<typeof AppendedEntry>;

/** Where a session stands in the sidecar's log. */
export const LoggedSession = z.object({
  session_id: SessionId,
  epoch: z.int().min(0),
  /** The last entry in the log, and its hash; 0 and the genesis hash when there is none. */
  seq: z.int().min(0),
  hash: Sha256,
  /** The last entry that the operator said is durable. */
  acked_seq: z.int().min(0),
  state: z.enum(['open', 'failed', 'closed']),
});
export type LoggedSession = z.infer<typeof LoggedSession>;

/** What a sidecar tells the operator: text frames of at most 1 MiB, `hello` first. */
export const SidecarMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('hello'),
    protocol: z.literal(1),
    pod: ObjectKey,
    agent: z.string(),
    /** Version of the sidecar. */
    version: z.string(),
    runtime: z.object({
      contract: z.string(),
      state: RuntimeState,
      message: z.string().optional(),
      capabilities: RuntimeCapabilities,
    }),
    sessions: z.array(LoggedSession),
  }),
  z.object({
    type: z.literal('append'),
    session_id: SessionId,
    epoch: z.int().min(0),
    /** In order and contiguous. */
    entries: z.array(AppendedEntry).min(1),
  }),
  z.object({
    type: z.literal('delta'),
    session_id: SessionId,
    turn_id: ForeignId.optional(),
    event: TransientEvent,
  }),
  z.object({
    type: z.literal('input_status'),
    id: ForeignId,
    session_id: SessionId,
    state: z.enum(['accepted', 'failed', 'duplicate', 'expired']),
    turn_id: ForeignId.optional(),
    reason: z.string().optional(),
    message: z.string().optional(),
  }),
  z.object({
    type: z.literal('session_status'),
    session_id: SessionId,
    state: z.enum(['open', 'failed', 'closed']),
    reason: z.string().optional(),
    message: z.string().optional(),
  }),
  z.object({
    type: z.literal('runtime_status'),
    state: RuntimeState,
    message: z.string().optional(),
    capabilities: RuntimeCapabilities.optional(),
  }),
  z.object({
    type: z.literal('tools_status'),
    tools: z.array(
      z.object({
        name: z.string(),
        state: z.string(),
        message: z.string().optional(),
      }),
    ),
  }),
  z.object({
    type: z.literal('git_status'),
    /** Every repository that the pod follows. */
    repositories: z.array(
      z.object({
        /** Name of the context. */
        name: z.string(),
        phase: z.enum(['Pending', 'Synced', 'Waiting', 'Failed']),
        /** What the agent sees. */
        commit: z.string().max(64).optional(),
        /** The newest one of the repository. */
        observed_commit: z.string().max(64).optional(),
        last_sync_time: z.string().optional(),
        last_check_time: z.string().optional(),
        message: z.string().max(1024).optional(),
      }),
    ),
  }),
  z.object({
    type: z.literal('call'),
    id: ForeignId,
    method: z.enum(
      Object.keys(ingestCalls) as [IngestMethod, ...IngestMethod[]],
    ),
    params: z.unknown(),
  }),
]);
export type SidecarMessage = z.infer<typeof SidecarMessage>;

/** The message of one type. */
export type SidecarMessageOf<Type extends SidecarMessage['type']> = Extract<
  SidecarMessage,
  { type: Type }
>;
