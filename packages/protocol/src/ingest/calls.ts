import { z } from 'zod';
import { ApprovalType } from '../events/approvalEvents';
import { OnTimeout } from '../events/requestEvents';
import { JsonObject } from '../values/JsonValue';
import { ForeignId, SessionId } from '../values/SessionId';
import { Count } from '../values/Sha256';
import { TokenUsage } from '../values/TokenUsage';
import { UsdAmount } from '../values/UsdAmount';

/** What a sidecar may ask of the operator, with the parameters and the result of each. */
export const ingestCalls = {
  /** Makes an Approval; asking again with the same `request_id` answers with the one that exists. */
  create_approval: {
    params: z.object({
      session_id: SessionId,
      request_id: ForeignId,
      type: ApprovalType,
      action: z.string().optional(),
      tool: z.string().optional(),
      arguments: JsonObject.optional(),
      reason: z.string().optional(),
      question: z.string().optional(),
      choices: z.array(z.string()).optional(),
      policy: z.string().optional(),
      rule: z.string().optional(),
      approvers: z.array(z.string()).optional(),
      quorum: z.int().min(1).optional(),
      self_approval: z.boolean().optional(),
      timeout_ms: Count.optional(),
      on_timeout: OnTimeout.optional(),
      /** The answer of a Question that nobody answers in time. */
      default: z.string().optional(),
    }),
    result: z.object({ name: z.string(), expires_at: z.string().optional() }),
  },
  /** Makes a Notification. */
  notify: {
    params: z.object({
      session_id: SessionId,
      request_id: ForeignId.optional(),
      message: z.string(),
      type: z.enum(['info', 'success', 'warning', 'error']).optional(),
      title: z.string().optional(),
      recipients: z.array(z.string()).optional(),
    }),
    result: z.object({ name: z.string() }),
  },
  /** The agents that this one may call. */
  list_agents: {
    params: z.object({}),
    result: z.object({
      agents: z.array(
        z.object({
          namespace: z.string(),
          name: z.string(),
          description: z.string().optional(),
          phase: z.string().optional(),
        }),
      ),
    }),
  },
  /** Sets budget aside before a model call, for all pods of the agent together. */
  reserve: {
    params: z.object({
      session_id: SessionId,
      request_id: ForeignId,
      model: z.string(),
      tokens: Count,
      cost_usd: UsdAmount.optional(),
    }),
    result: z.object({
      granted: z.boolean(),
      reason: z.string().optional(),
      message: z.string().optional(),
    }),
  },
  /** Ends a reservation with what the call really used. */
  settle: {
    params: z.object({
      session_id: SessionId,
      request_id: ForeignId,
      usage: TokenUsage,
    }),
    result: z.object({}),
  },
} as const;

/** The name of something that a sidecar may ask. */
export type IngestMethod = keyof typeof ingestCalls;
/** Parameters of a call. */
export type IngestParams<Method extends IngestMethod> = z.input<
  (typeof ingestCalls)[Method]['params']
>;
/** Result of a call. */
export type IngestResult<Method extends IngestMethod> = z.output<
  (typeof ingestCalls)[Method]['result']
>;
