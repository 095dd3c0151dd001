import { v5 } from 'uuid';
import { z } from 'zod';
import type { Answer, ApprovalRequest } from '../approvals/Approvals';
import type { SidecarServices } from '../SidecarServices';
import {
  defineTool,
  type GreenroomTool,
  type ToolAnswer,
  type ToolCall,
} from './GreenroomTool';

/** Namespace of the ids of requests that are made from calls. */
const REQUEST_IDS = '0b7d4b5a-9d57-4a66-8f52-1b0a4f2c9c11';
/** Below the minute after which clients give a call up that says nothing. */
const PROGRESS_MS = 10_000;

const seconds = z.int().min(1).max(604_800).optional();

/** Tools by which an agent asks people and waits for what they say. */
export function askTools({
  approvals,
  pipeline,
}: SidecarServices): GreenroomTool[] {
  const ask = async (
    call: ToolCall,
    request: ApprovalRequest,
    type: string,
    payload: unknown,
  ): Promise<Answer> => {
    const { session, signal } = call;
    const turnId = session.turn?.id;
    await pipeline.emit(
      session.id,
      { type, payload, ...(turnId && { turnId }) },
      { emitter: 'greenroom' },
    );
    const timer = setInterval(
      () => call.progress('Waiting for a person to answer.'),
      PROGRESS_MS,
    );
    try {
      return await approvals.request(session, request, signal);
    } finally {
      clearInterval(timer);
    }
  };
  return [
    defineTool({
      name: 'request_permission',
      title: 'Ask for permission',
      description:
        'Ask people before you do something that cannot be undone or that others will see. Waits until they decide. Do it only when the answer says approved, and with the edited arguments if there are some.',
      input: z.object({
        action: z
          .string()
          .min(1)
          .max(4_096)
          .describe('What you want to do, in one sentence.'),
        reason: z.string().max(16_384).optional().describe('Why.'),
        tool: z.string().max(253).optional(),
        arguments: z
          .record(z.string(), z.json())
          .optional()
          .describe('What exactly; people may edit it.'),
        timeout_seconds: seconds.describe('How long to wait for a decision.'),
        on_timeout: z.enum(['Deny', 'Allow']).optional(),
      }),
      run: async ({ timeout_seconds, ...asked }, call) => {
        const request_id = v5(`${call.session.id}/${call.callId}`, REQUEST_IDS);
        const fields = {
          ...asked,
          request_id,
          ...(timeout_seconds && { timeout_ms: timeout_seconds * 1000 }),
        };
        const answer = await ask(
          call,
          { ...fields, type: 'Permission' },
          'agent.permission_request',
          fields,
        );
        return permissionAnswer(answer);
      },
    }),
    defineTool({
      name: 'request_input',
      title: 'Ask a question',
      description:
        'Ask people a question that you cannot answer yourself, and wait for the answer.',
      input: z.object({
        question: z.string().min(1).max(16_384),
        choices: z
          .array(z.string().max(1_024))
          .max(64)
          .optional()
          .describe('Answers to choose from.'),
        timeout_seconds: seconds.describe('How long to wait for an answer.'),
        default: z
          .string()
          .max(16_384)
          .optional()
          .describe('Taken as the answer when nobody gives one in time.'),
      }),
      run: async ({ timeout_seconds, ...asked }, call) => {
        const request_id = v5(`${call.session.id}/${call.callId}`, REQUEST_IDS);
        const fields = {
          ...asked,
          request_id,
          ...(timeout_seconds && { timeout_ms: timeout_seconds * 1000 }),
        };
        const answer = await ask(
          call,
          { ...fields, type: 'Question' },
          'agent.input_request',
          fields,
        );
        return questionAnswer(answer, asked.default);
      },
    }),
  ];
}

function permissionAnswer({
  approved,
  reason,
  edited_arguments,
  expired,
  decided_by,
}: Answer): ToolAnswer {
  const because = reason ? `: ${reason}` : '.';
  const structured = {
    approved,
    expired: expired ?? false,
    ...(reason && { reason }),
    ...(edited_arguments && { edited_arguments }),
    ...(decided_by && { decided_by }),
  };
  if (approved) {
    return {
      text: `Approved${
        expired ? ' because nobody decided in time' : ''
      }${because}${
        edited_arguments
          ? ` Use these arguments: ${JSON.stringify(edited_arguments)}`
          : ''
      }`,
      structured,
    };
  }
  return {
    text: `${
      expired ? 'Not approved: nobody decided in time' : 'Rejected'
    }${because} Do not do it.`,
    structured,
  };
}

function questionAnswer(
  { approved, answer, reason, expired }: Answer,
  fallback: string | undefined,
): ToolAnswer {
  const said = answer ?? (expired ? fallback : undefined);
  if (said !== undefined)
    return {
      text: said,
      structured: { answer: said, expired: expired ?? false },
    };
  const why = expired
    ? 'Nobody answered in time.'
    : `Nobody will answer${reason ? `: ${reason}` : '.'}`;
  return {
    text: why,
    structured: { expired: expired ?? false },
    isError: !approved && !expired,
  };
}
