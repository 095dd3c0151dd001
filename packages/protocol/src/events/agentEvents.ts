import { z } from 'zod';
import { JsonValue } from '../values/JsonValue';
import { ForeignId } from '../values/SessionId';
import { Count, Sha256 } from '../values/Sha256';
import { TokenUsage } from '../values/TokenUsage';
import { defineEvent } from './defineEvent';

const text = z.string().max(1_048_576);
const path = z.string().min(1).max(4_096);
const title = z.string().max(512);

export const agentEvents = [
  defineEvent({
    type: 'agent.text',
    description: 'A whole block of the agent’s answer.',
    emitter: 'agent',
    payload: z.object({ text }),
    example: { text: 'I read 412 commits.' },
  }),
  defineEvent({
    type: 'agent.thinking',
    description: 'A whole block of the model’s reasoning.',
    emitter: 'runtime',
    payload: z.object({ text }),
    example: { text: 'The lock file names two majors of zod.' },
  }),
  defineEvent({
    type: 'agent.tool_call',
    description: 'The model calls a tool.',
    emitter: 'runtime',
    payload: z.object({
      tool_use_id: ForeignId,
      tool_name: z.string().min(1).max(253),
      /** The Tool object behind it; unset for the runtime’s own tools. */
      tool: z.string().max(253).optional(),
      input: JsonValue.optional(),
    }),
    example: {
      tool_use_id: 'call_1',
      tool_name: 'read_file',
      input: { path: 'package.json' },
    },
  }),
  defineEvent({
    type: 'agent.tool_result',
    description: 'What the tool answered.',
    emitter: 'runtime',
    payload: z.object({
      tool_use_id: ForeignId,
      tool_name: z.string().max(253).optional(),
      tool: z.string().max(253).optional(),
      content: JsonValue.optional(),
      is_error: z.boolean().default(false),
      duration_ms: Count.optional(),
    }),
    example: {
      tool_use_id: 'call_1',
      content: '{"name":"root"}',
      is_error: false,
      duration_ms: 12,
    },
  }),
  defineEvent({
    type: 'agent.status',
    description: 'What the agent is doing now, for people.',
    emitter: 'agent',
    payload: z.object({
      text: z.string().max(4_096),
      state: z.string().max(64).optional(),
      /** Whole steps, where they can be counted. */
      progress: z.object({ done: Count, total: Count }).optional(),
    }),
    example: { text: 'Reading the history', progress: { done: 2, total: 9 } },
  }),
  defineEvent({
    type: 'agent.artifact',
    description:
      'Something the agent made: its content, or its path, and a digest.',
    emitter: 'agent',
    payload: z.object({
      name: z.string().min(1).max(512),
      title: title.optional(),
      media_type: z.string().min(1).max(128),
      /** Relative to the workspace. */
      path: path.optional(),
      /** Text of at most 64 KiB; larger or binary content is a blob with `digest`. */
      content: text.optional(),
      language: z.string().max(64).optional(),
      digest: Sha256.optional(),
      bytes: Count.optional(),
      /** This is the answer of the turn. */
      answer: z.boolean().optional(),
    }),
    example: {
      name: 'report.md',
      title: 'Repository report',
      media_type: 'text/markdown',
      path: '.greenroom/tasks/inspect/report.md',
      digest:
        '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
      bytes: 48_213,
      answer: true,
    },
  }),
  defineEvent({
    type: 'agent.share',
    description: 'Files that the agent offers to people, each a blob.',
    emitter: 'greenroom',
    payload: z.object({
      share_id: ForeignId,
      share_type: z.enum([
        'site',
        'image',
        'svg',
        'csv',
        'json',
        'archive',
        'document',
        'code',
        'file',
      ]),
      title: title.optional(),
      path,
      files: z
        .array(
          z.object({
            path,
            bytes: Count,
            media_type: z.string().max(128),
            digest: Sha256,
          }),
        )
        .max(1_000),
      total_bytes: Count,
      entry_point: path.optional(),
    }),
    example: {
      share_id: 'share-1',
      share_type: 'svg',
      path: 'out/commits.svg',
      files: [
        {
          path: 'out/commits.svg',
          bytes: 5,
          media_type: 'image/svg+xml',
          digest:
            '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
        },
      ],
      total_bytes: 5,
    },
  }),
  defineEvent({
    type: 'agent.error',
    description: 'Something went wrong that the turn may survive.',
    emitter: 'agent',
    payload: z.object({
      message: z.string().max(16_384),
      reason: z.string().max(128).optional(),
      recoverable: z.boolean().optional(),
    }),
    example: {
      reason: 'ModelOverloaded',
      message: 'The model "fast" answered 529; trying again in 2 s.',
      recoverable: true,
    },
  }),
  defineEvent({
    type: 'agent.usage',
    description: 'Tokens and cost of one model call.',
    emitter: 'runtime',
    payload: TokenUsage.extend({
      /** Name of the Model object, or the provider’s own name of the model. */
      model: z.string().max(253),
      provider: z.string().max(64).optional(),
      /** `gateway` was metered by the sidecar and counts before anything a runtime reports itself. */
      source: z.enum(['gateway', 'runtime']).optional(),
      request_id: ForeignId.optional(),
      duration_ms: Count.optional(),
      stop_reason: z.string().max(128).optional(),
    }),
    example: {
      model: 'fast',
      provider: 'anthropic',
      source: 'gateway',
      input_tokens: 1_824,
      output_tokens: 311,
      cache_read_tokens: 1_024,
      cost_usd: '0.010137',
      duration_ms: 2_140,
    },
  }),
  defineEvent({
    type: 'agent.notification',
    description: 'A note from the agent to people; a Notification object too.',
    emitter: 'agent',
    payload: z.object({
      message: z.string().min(1).max(16_384),
      type: z.enum(['info', 'success', 'warning', 'error']).default('info'),
      title: title.optional(),
      /** Catalog entity refs. */
      recipients: z.array(z.string().max(512)).max(64).optional(),
      /** Name of the Notification object. */
      notification: z.string().max(253).optional(),
    }),
    example: {
      type: 'warning',
      title: 'Repository doctor',
      message: 'Two secrets are in the history.',
    },
  }),
  defineEvent({
    type: 'agent.custom',
    description: 'An event of a type that Greenroom does not know, kept whole.',
    emitter: 'agent',
    payload: z.object({
      type: z.string().max(128),
      payload: JsonValue,
      /** Why an event of a known type was not taken as such. */
      problem: z.string().max(4_096).optional(),
    }),
    example: { type: 'acme.build_started', payload: { target: 'docs' } },
  }),
] as const;
