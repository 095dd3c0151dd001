import { z } from 'zod';
import { JsonObject } from '../values/JsonValue';
import { ForeignId } from '../values/SessionId';
import { Count } from '../values/Sha256';
import { defineEvent } from './defineEvent';

/** What happens to a permission that nobody decides in time. */
export const OnTimeout = z.enum(['Deny', 'Allow']);

export const requestEvents = [
  defineEvent({
    type: 'agent.input_request',
    description: 'The agent asks a question and waits for the answer.',
    emitter: 'runtime',
    payload: z.object({
      request_id: ForeignId,
      question: z.string().min(1).max(16_384),
      choices: z.array(z.string().max(1_024)).max(64).optional(),
      timeout_ms: Count.optional(),
      /** Taken as the answer when nobody gives one in time. */
      default: z.string().max(16_384).optional(),
    }),
    example: {
      request_id: 'ask-1',
      question: 'Which branch shall I inspect?',
      choices: ['main', 'next'],
      timeout_ms: 600_000,
      default: 'main',
    },
  }),
  defineEvent({
    type: 'agent.permission_request',
    description: 'The agent asks for leave to do something and waits.',
    emitter: 'runtime',
    payload: z.object({
      request_id: ForeignId,
      action: z.string().min(1).max(4_096),
      tool: z.string().max(253).optional(),
      arguments: JsonObject.optional(),
      reason: z.string().max(16_384).optional(),
      timeout_ms: Count.optional(),
      on_timeout: OnTimeout.optional(),
    }),
    example: {
      request_id: 'permit-1',
      action: 'Write the branch greenroom/fixes',
      reason: 'Three dependencies are not pinned.',
      timeout_ms: 3_600_000,
      on_timeout: 'Deny',
    },
  }),
] as const;
