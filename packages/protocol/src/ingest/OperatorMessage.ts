import { z } from 'zod';
import { Actor } from '../events/Actor';
import { JsonObject, JsonValue } from '../values/JsonValue';
import { ForeignId, SessionId } from '../values/SessionId';
import { Count, Sha256 } from '../values/Sha256';
import { AgentSettings } from './AgentSettings';
import { SessionOpening } from './SessionOpening';

/** Where the journal stands for a session, and the epoch that the sidecar must write from now on. */
export const DurableSession = z.object({
  session_id: SessionId,
  epoch: z.int().min(0),
  /** The last durable entry and its hash; 0 and the genesis hash when there is none. */
  seq: z.int().min(0),
  hash: Sha256,
});
export type DurableSession = z.infer<typeof DurableSession>;

/** Something for the runtime: a Task's description, a message, an answer. */
export const SessionInput = z.object({
  id: ForeignId,
  session_id: SessionId,
  kind: z.enum(['task', 'message', 'answer']),
  text: z.string().max(1_048_576),
  actor: Actor,
  turn_id: ForeignId.optional(),
  request_id: ForeignId.optional(),
  payload: JsonObject.optional(),
  expires_at: z.string().optional(),
});
export type SessionInput = z.infer<typeof SessionInput>;

/** What became of an Approval. */
export const ApprovalDecision = z.object({
  request_id: ForeignId,
  session_id: SessionId,
  /** Name of the Approval object. */
  approval: z.string(),
  approved: z.boolean(),
  answer: z.string().optional(),
  reason: z.string().optional(),
  edited_arguments: JsonObject.optional(),
  decided_by: z.string().optional(),
  /** True when nobody decided in time. */
  expired: z.boolean().optional(),
});
export type ApprovalDecision = z.infer<typeof ApprovalDecision>;

/** What the operator tells a sidecar; `welcome` first. */
export const OperatorMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('welcome'),
    /** The epoch of sessions that this sidecar opens from now on. */
    epoch_base: z.int().min(0),
    heartbeat_ms: z.int().min(1),
    server_time: z.string(),
    cluster_uid: z.string(),
    settings: AgentSettings,
    sessions: z.array(DurableSession),
  }),
  z.object({
    type: z.literal('ack'),
    session_id: SessionId,
    /** All entries up to this one are durable. */
    seq: Count,
  }),
  z.object({ type: z.literal('settings'), settings: AgentSettings }),
  z.object({ type: z.literal('open_session'), session: SessionOpening }),
  z.object({
    type: z.literal('close_session'),
    session_id: SessionId,
    reason: z.string(),
  }),
  SessionInput.extend({ type: z.literal('input') }),
  z.object({
    type: z.literal('cancel'),
    session_id: SessionId,
    turn_id: ForeignId.optional(),
    reason: z.string(),
  }),
  ApprovalDecision.extend({ type: z.literal('decision') }),
  z.object({
    type: z.literal('reply'),
    id: ForeignId,
    result: JsonValue.optional(),
    error: z.object({ code: z.string(), message: z.string() }).optional(),
  }),
  z.object({ type: z.literal('fenced'), reason: z.string() }),
  z.object({ type: z.literal('drain') }),
]);
export type OperatorMessage = z.infer<typeof OperatorMessage>;

/** The message of one type. */
export type OperatorMessageOf<Type extends OperatorMessage['type']> = Extract<
  OperatorMessage,
  { type: Type }
>;
