import { z } from 'zod';
import type { ModelMessage } from '../ModelRequest';
import type { PlannedReply } from '../PlannedReply';
import type { ModelWire, WireError, WireEvent } from './ModelWire';

const Block = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  id: z.string().optional(),
  name: z.string().optional(),
  tool_use_id: z.string().optional(),
  content: z.unknown().optional(),
});

const Body = z.looseObject({
  model: z.string(),
  max_tokens: z.int().min(1),
  stream: z.boolean().optional(),
  system: z.union([z.string(), z.array(Block)]).optional(),
  messages: z
    .array(
      z.object({
        role: z.enum(['user', 'assistant']),
        content: z.union([z.string(), z.array(Block)]),
      }),
    )
    .min(1),
  tools: z.array(z.looseObject({ name: z.string() })).optional(),
});

type Content = string | z.infer<typeof Block>[];

const blocksOf = (content: Content) =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : content;

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  const blocks = z.array(Block).safeParse(content);
  return (blocks.data ?? [])
    .map(block => block.text ?? textOf(block.content ?? ''))
    .filter(Boolean)
    .join('\n');
}

const STOPS: Record<PlannedReply['stop'], string> = {
  end: 'end_turn',
  tools: 'tool_use',
  length: 'max_tokens',
  refusal: 'refusal',
};

const ERROR_TYPES: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

/** Anthropic counts what the cache held apart from the input. */
function usageOf({ usage }: PlannedReply) {
  return {
    input_tokens: Math.max(0, usage.input - usage.cacheRead - usage.cacheWrite),
    cache_creation_input_tokens: usage.cacheWrite,
    cache_read_input_tokens: usage.cacheRead,
    output_tokens: usage.output,
  };
}

function errorOf({ status, type, message }: WireError) {
  return {
    type: 'error',
    error: { type: type ?? ERROR_TYPES[status] ?? 'api_error', message },
    request_id: 'req_fake',
  };
}

/** Anthropic Messages. */
export const anthropicWire: ModelWire = {
  api: 'anthropic',
  path: /\/v1\/messages$/,
  streamEnd: '',
  read(body) {
    const { model, max_tokens, stream, system, messages, tools } =
      Body.parse(body);
    return {
      model,
      stream: stream ?? false,
      streamUsage: true,
      system: textOf(system ?? ''),
      maxTokens: max_tokens,
      tools: (tools ?? []).map(({ name }) => name),
      messages: messages.map(({ role, content }): ModelMessage => {
        const blocks = blocksOf(content);
        return {
          role,
          text: textOf(content),
          toolCalls: blocks.flatMap(({ type, id = '', name = '' }) =>
            type === 'tool_use' ? [{ id, name }] : [],
          ),
          toolResults: blocks.flatMap(({ type, tool_use_id = '' }) =>
            type === 'tool_result' ? [tool_use_id] : [],
          ),
        };
      }),
    };
  },
  whole: (reply, { model }) => ({
    id: `msg_${reply.id}`,
    type: 'message',
    role: 'assistant',
    model,
    content: [
      ...(reply.thinking
        ? [{ type: 'thinking', thinking: reply.thinking, signature: 'fake' }]
        : []),
      ...(reply.text ? [{ type: 'text', text: reply.text }] : []),
      ...reply.toolCalls.map(call => ({
        type: 'tool_use',
        id: call.id,
        name: call.name,
        input: JSON.parse(call.arguments),
      })),
    ],
    stop_reason: STOPS[reply.stop],
    stop_sequence: null,
    usage: usageOf(reply),
  }),
  *stream(reply, { model }) {
    yield event('message_start', {
      message: {
        id: `msg_${reply.id}`,
        type: 'message',
        role: 'assistant',
        model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { ...usageOf(reply), output_tokens: 1 },
      },
    });
    yield event('ping', {});
    let index = 0;
    for (const { start, deltas } of blocksToStream(reply)) {
      yield event('content_block_start', { index, content_block: start });
      for (const delta of deltas) {
        yield {
          ...event('content_block_delta', { index, delta }),
          isPiece: true,
        };
      }
      yield event('content_block_stop', { index });
      index += 1;
    }
    yield event('message_delta', {
      delta: { stop_reason: STOPS[reply.stop], stop_sequence: null },
      usage: { output_tokens: reply.usage.output },
    });
    yield event('message_stop', {});
  },
  error: errorOf,
  streamError: error => ({ event: 'error', data: errorOf(error) }),
};

function event(type: string, rest: object): WireEvent {
  return { event: type, data: { type, ...rest } };
}

function* blocksToStream(reply: PlannedReply) {
  if (reply.thinking) {
    yield {
      start: { type: 'thinking', thinking: '', signature: '' },
      deltas: [
        ...reply
          .pieces(reply.thinking)
          .map(thinking => ({ type: 'thinking_delta', thinking })),
        { type: 'signature_delta', signature: 'fake' },
      ],
    };
  }
  if (reply.text) {
    yield {
      start: { type: 'text', text: '' },
      deltas: reply
        .pieces(reply.text)
        .map(text => ({ type: 'text_delta', text })),
    };
  }
  for (const call of reply.toolCalls) {
    yield {
      start: { type: 'tool_use', id: call.id, name: call.name, input: {} },
      deltas: reply
        .pieces(call.arguments)
        .map(partial_json => ({ type: 'input_json_delta', partial_json })),
    };
  }
}
