import { z } from 'zod';
import type { ModelMessage } from '../ModelRequest';
import type { PlannedReply } from '../PlannedReply';
import type { ModelWire, WireEvent } from './ModelWire';
import { openAiError } from './openAiError';

const Part = z.looseObject({ type: z.string(), text: z.string().optional() });

const Item = z.looseObject({
  type: z.string().optional(),
  role: z.enum(['system', 'developer', 'user', 'assistant']).optional(),
  content: z.union([z.string(), z.array(Part)]).optional(),
  call_id: z.string().optional(),
  name: z.string().optional(),
  output: z.union([z.string(), z.array(Part)]).optional(),
});

const Body = z.looseObject({
  model: z.string(),
  stream: z.boolean().nullish(),
  instructions: z.string().nullish(),
  max_output_tokens: z.int().nullish(),
  input: z.union([z.string(), z.array(Item).min(1)]),
  tools: z.array(z.looseObject({ name: z.string().optional() })).nullish(),
});

function textOf(content: string | z.infer<typeof Part>[] | undefined): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map(({ text = '' }) => text).join('\n');
}

function messageOf(item: z.infer<typeof Item>): ModelMessage {
  const { type, role, call_id = '', name = '' } = item;
  const base = { text: '', toolCalls: [], toolResults: [] };
  if (type === 'function_call') {
    return { ...base, role: 'assistant', toolCalls: [{ id: call_id, name }] };
  }
  if (type === 'function_call_output') {
    return {
      ...base,
      role: 'tool',
      text: textOf(item.output),
      toolResults: [call_id],
    };
  }
  const isSystem = role === 'system' || role === 'developer';
  return {
    ...base,
    role: isSystem ? 'system' : role ?? 'assistant',
    text: textOf(item.content),
  };
}

function usageOf({ usage }: PlannedReply) {
  return {
    input_tokens: usage.input,
    input_tokens_details: { cached_tokens: usage.cacheRead },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning },
    total_tokens: usage.input + usage.output,
  };
}

/** The items of a reply: reasoning, a message, function calls. */
function itemsOf(reply: PlannedReply) {
  return [
    ...(reply.thinking
      ? [
          {
            type: 'reasoning' as const,
            id: `rs_${reply.id}`,
            summary: [{ type: 'summary_text', text: reply.thinking }],
          },
        ]
      : []),
    ...(reply.text
      ? [
          {
            type: 'message' as const,
            id: `msg_${reply.id}`,
            role: 'assistant',
            status: 'completed',
            content: [
              { type: 'output_text', text: reply.text, annotations: [] },
            ],
          },
        ]
      : []),
    ...reply.toolCalls.map(call => ({
      type: 'function_call' as const,
      id: `fc_${call.id}`,
      call_id: call.id,
      name: call.name,
      arguments: call.arguments,
      status: 'completed',
    })),
  ];
}

type OutputItem = ReturnType<typeof itemsOf>[number];

/** Why a reply stopped short. */
const SHORT_STOPS: Partial<Record<PlannedReply['stop'], string>> = {
  length: 'max_output_tokens',
  refusal: 'content_filter',
};

function responseOf(reply: PlannedReply, model: string, isDone: boolean) {
  const reason = SHORT_STOPS[reply.stop];
  const ending = reason ? 'incomplete' : 'completed';
  return {
    id: `resp_${reply.id}`,
    object: 'response',
    created_at: 1_763_715_600,
    model,
    status: isDone ? ending : 'in_progress',
    error: null,
    incomplete_details: isDone && reason ? { reason } : null,
    output: isDone ? itemsOf(reply) : [],
    parallel_tool_calls: true,
    tool_choice: 'auto',
    tools: [],
    usage: isDone ? usageOf(reply) : null,
  };
}

/** OpenAI Responses. */
export const responsesWire: ModelWire = {
  api: 'responses',
  path: /\/responses$/,
  streamEnd: '',
  read(body) {
    const request = Body.parse(body);
    const items =
      typeof request.input === 'string'
        ? [{ role: 'user' as const, content: request.input }]
        : request.input;
    const messages = items
      .filter(({ type = 'message' }) => type !== 'reasoning')
      .map(messageOf);
    return {
      model: request.model,
      stream: request.stream ?? false,
      streamUsage: true,
      maxTokens: request.max_output_tokens ?? undefined,
      system: [
        request.instructions ?? '',
        ...messages
          .filter(({ role }) => role === 'system')
          .map(({ text }) => text),
      ]
        .filter(Boolean)
        .join('\n'),
      tools: (request.tools ?? []).flatMap(({ name }) => (name ? [name] : [])),
      messages: messages.filter(({ role }) => role !== 'system'),
    };
  },
  whole: (reply, { model }) => responseOf(reply, model, true),
  *stream(reply, { model }) {
    let sequence = 0;
    const event = (type: string, rest: object, isPiece = false): WireEvent => {
      const data = { type, sequence_number: sequence, ...rest };
      sequence += 1;
      return { event: type, data, isPiece };
    };
    const begun = responseOf(reply, model, false);
    yield event('response.created', { response: begun });
    yield event('response.in_progress', { response: begun });
    for (const [output_index, item] of itemsOf(reply).entries()) {
      yield event('response.output_item.added', {
        output_index,
        item: emptied(item),
      });
      for (const { type, isPiece, ...rest } of contentOf(item, reply)) {
        yield event(type, { item_id: item.id, output_index, ...rest }, isPiece);
      }
      yield event('response.output_item.done', { output_index, item });
    }
    const done = responseOf(reply, model, true);
    yield event(`response.${done.status}`, { response: done });
  },
  error: openAiError,
  streamError: error => ({
    event: 'error',
    data: {
      ...openAiError(error).error,
      type: 'error',
      sequence_number: 0,
    },
  }),
};

/** An item as it is announced, before its content. */
function emptied(item: OutputItem): object {
  switch (item.type) {
    case 'reasoning':
      return { ...item, summary: [] };
    case 'message':
      return { ...item, status: 'in_progress', content: [] };
    default:
      return { ...item, status: 'in_progress', arguments: '' };
  }
}

interface ContentEvent {
  type: string;
  isPiece?: boolean;
  [field: string]: unknown;
}

/** The events between an item's announcement and its end. */
function* contentOf(
  item: OutputItem,
  reply: PlannedReply,
): Generator<ContentEvent> {
  if (item.type === 'reasoning') {
    const part = { summary_index: 0 };
    const text = reply.thinking;
    const type = 'response.reasoning_summary';
    yield {
      type: `${type}_part.added`,
      ...part,
      part: { type: 'summary_text', text: '' },
    };
    for (const delta of reply.pieces(text)) {
      yield { type: `${type}_text.delta`, ...part, delta, isPiece: true };
    }
    yield { type: `${type}_text.done`, ...part, text };
    yield {
      type: `${type}_part.done`,
      ...part,
      part: { type: 'summary_text', text },
    };
  } else if (item.type === 'message') {
    const part = { content_index: 0 };
    const { text } = reply;
    const content = { type: 'output_text', annotations: [] };
    yield {
      type: 'response.content_part.added',
      ...part,
      part: { ...content, text: '' },
    };
    for (const delta of reply.pieces(text)) {
      yield {
        type: 'response.output_text.delta',
        ...part,
        delta,
        isPiece: true,
      };
    }
    yield { type: 'response.output_text.done', ...part, text };
    yield {
      type: 'response.content_part.done',
      ...part,
      part: { ...content, text },
    };
  } else {
    const type = 'response.function_call_arguments';
    for (const delta of reply.pieces(item.arguments)) {
      yield { type: `${type}.delta`, delta, isPiece: true };
    }
    yield { type: `${type}.done`, arguments: item.arguments };
  }
}
