import { z } from 'zod';
import { JsonObject } from '../values/JsonValue';
import { ForeignId } from '../values/SessionId';
import { Timestamp } from '../values/Timestamp';
import { defineEvent } from './defineEvent';

/** An Approval asks for leave, or for an answer. */
export const ApprovalType = z.enum(['Permission', 'Question']);
export type ApprovalType = z.infer<typeof ApprovalType>;

const approval = z.string().min(1).max(253);
const sentence = z.string().max(16_384);

export const approvalEvents = [
  defineEvent({
    type: 'approval.requested',
    description: 'An Approval object exists and waits for people.',
    emitter: 'greenroom',
    payload: z.object({
      request_id: ForeignId,
      /** Name of the Approval object. */
      approval,
      type: ApprovalType,
      action: z.string().max(4_096).optional(),
      tool: z.string().max(253).optional(),
      arguments: JsonObject.optional(),
      reason: sentence.optional(),
      question: sentence.optional(),
      choices: z.array(z.string().max(1_024)).max(64).optional(),
      policy: z.string().max(253).optional(),
      rule: z.string().max(253).optional(),
      approvers: z.array(z.string().max(512)).max(64).optional(),
      quorum: z.int().min(1).optional(),
      expires_at: Timestamp.optional(),
    }),
    example: {
      request_id: 'permit-1',
      approval: 'inspect-permit-1',
      type: 'Permission',
      action: 'Write the branch greenroom/fixes',
      expires_at: '2026-11-21T10:30:00.000000Z',
    },
  }),
  defineEvent({
    type: 'approval.decided',
    description: 'A person, or a remembered decision, said yes or no.',
    emitter: 'greenroom',
    payload: z.object({
      request_id: ForeignId,
      approval,
      approved: z.boolean(),
      answer: sentence.optional(),
      reason: sentence.optional(),
      edited_arguments: JsonObject.optional(),
      decided_by: z.string().max(512).optional(),
      decided_at: Timestamp.optional(),
    }),
    example: {
      request_id: 'permit-1',
      approval: 'inspect-permit-1',
      approved: true,
      decided_by: 'jane@example.com',
      decided_at: '2026-11-21T09:45:12.340000Z',
    },
  }),
  defineEvent({
    type: 'approval.expired',
    description: 'Nobody decided in time; what the request said then happens.',
    emitter: 'greenroom',
    payload: z.object({
      request_id: ForeignId,
      approval,
      approved: z.boolean(),
      answer: sentence.optional(),
      reason: sentence.optional(),
    }),
    example: {
      request_id: 'permit-1',
      approval: 'inspect-permit-1',
      approved: false,
      reason: 'Nobody decided within 1h.',
    },
  }),
] as const;
