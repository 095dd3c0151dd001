import { z } from 'zod';
import type { PlannedReply } from '../PlannedReply';
import type { ModelWire, WireEvent } from './ModelWire';
import { openAiError } from './openAiError';

const Part = z.looseObject({ type: z.string(), text: z.string().optional() });

const Body = z.looseObject({
  model: z.string(),
  stream: z.boolean().nullish(),
  stream_options: z
    .looseObject({ include_usage: z.boolean().optional() })
    .nullish(),
  max_tokens: z.int().nullish(),
  max_completion_tokens: z.int().nullish(),
  messages: z
    .array(
      z.looseObject({
        role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
        content: z.union([z.string(), z.array(Part)]).nullish(),
        tool_call_id: z.string().optional(),
        tool_calls: z
          .array(
            z.looseObject({
              id: z.string(),
              function: z.looseObject({ name: z.string() }),
            }),
          )
          .nullish(),
      }),
    )
    .min(1),
  tools: z
    .array(
      z.looseObject({
        function: z.looseObject({ name: z.string() }).optional(),
      }),
    )
    .nullish(),
});

function textOf(content: string | z.infer<typeof Part>[] | null | undefined) {
  if (typeof content === 'string') return content;
  return (content ?? []).map(({ text = '' }) => text).join('\n');
}

const STOPS: Record<PlannedReply['stop'], string> = {
  end: 'stop',
  tools: 'tool_calls',
  length: 'length',
  refusal: 'content_filter',
};

function usageOf({ usage }: PlannedReply) {
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cacheRead },
    completion_tokens_details: { reasoning_tokens: usage.reasoning },
  };
}

/** OpenAI Chat Completions. */
export const chatWire: ModelWire = {
  api: 'chat',
  path: /\/chat\/completions$/,
  streamEnd: 'data: [DONE]\n\n',
  read(body) {
    const request = Body.parse(body);
    return {
      model: request.model,
      stream: request.stream ?? false,
      streamUsage: request.stream_options?.include_usage ?? false,
      maxTokens:
        request.max_completion_tokens ?? request.max_tokens ?? undefined,
      system: request.messages
        .filter(({ role }) => role === 'system' || role === 'developer')
        .map(({ content }) => textOf(content))
        .join('\n'),
      tools: (request.tools ?? []).flatMap(tool =>
        tool.function ? [tool.function.name] : [],
      ),
      messages: request.messages
        .filter(({ role }) => role !== 'system' && role !== 'developer')
        .map(message => ({
          role: message.role as 'user' | 'assistant' | 'tool',
          text: textOf(message.content),
          toolCalls: (message.tool_calls ?? []).map(call => ({
            id: call.id,
            name: call.function.name,
          })),
          toolResults: message.tool_call_id ? [message.tool_call_id] : [],
        })),
    };
  },
  whole: (reply, { model }) => ({
    id: `chatcmpl-${reply.id}`,
    object: 'chat.completion',
    created: 1_763_715_600,
    model,
    choices: [
      {
        index: 0,
        finish_reason: STOPS[reply.stop],
        message: {
          role: 'assistant',
          content: reply.text || null,
          ...(reply.thinking ? { reasoning_content: reply.thinking } : {}),
          ...(reply.toolCalls.length
            ? {
                tool_calls: reply.toolCalls.map(call => ({
                  id: call.id,
                  type: 'function',
                  function: { name: call.name, arguments: call.arguments },
                })),
              }
            : {}),
        },
      },
    ],
    usage: usageOf(reply),
  }),
  *stream(reply, { model, streamUsage }) {
    const chunk = (rest: object, isPiece = false): WireEvent => ({
      isPiece,
      data: {
        id: `chatcmpl-${reply.id}`,
        object: 'chat.completion.chunk',
        created: 1_763_715_600,
        model,
        ...rest,
      },
    });
    const delta = (each: object, isPiece = true) =>
      chunk(
        { choices: [{ index: 0, delta: each, finish_reason: null }] },
        isPiece,
      );
    yield delta({ role: 'assistant', content: '' }, false);
    for (const piece of reply.pieces(reply.thinking)) {
      yield delta({ reasoning_content: piece });
    }
    for (const content of reply.pieces(reply.text)) yield delta({ content });
    for (const [index, call] of reply.toolCalls.entries()) {
      const opening = { name: call.name, arguments: '' };
      yield delta(
        {
          tool_calls: [
            { index, id: call.id, type: 'function', function: opening },
          ],
        },
        false,
      );
      for (const piece of reply.pieces(call.arguments)) {
        yield delta({
          tool_calls: [{ index, function: { arguments: piece } }],
        });
      }
    }
    yield chunk({
      choices: [{ index: 0, delta: {}, finish_reason: STOPS[reply.stop] }],
    });
    if (streamUsage) yield chunk({ choices: [], usage: usageOf(reply) });
  },
  error: openAiError,
  streamError: error => ({ data: openAiError(error) }),
};
