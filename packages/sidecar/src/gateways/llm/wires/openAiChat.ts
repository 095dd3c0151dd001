import { countOf, listOf, recordOf, textOf, type JsonRecord } from '../json';
import type { ModelWire, UsageReading } from './ModelWire';
import { openAiError } from './openAiError';
import { outputLimit } from './outputLimit';

function readUsage(usage: JsonRecord): UsageReading {
  return {
    inputTokens: countOf(usage.prompt_tokens),
    outputTokens: countOf(usage.completion_tokens),
    reasoningTokens: countOf(
      recordOf(usage.completion_tokens_details).reasoning_tokens,
    ),
    cacheReadTokens: countOf(
      recordOf(usage.prompt_tokens_details).cached_tokens,
    ),
  };
}

function readDelta(choice: JsonRecord): string {
  const delta = recordOf(choice.delta);
  const calls = listOf(delta.tool_calls).map(
    call => textOf(recordOf(recordOf(call).function).arguments) ?? '',
  );
  // Servers other than OpenAI's stream their reasoning under one of two names.
  const said = [delta.content, delta.reasoning_content ?? delta.reasoning];
  return [...said.map(each => textOf(each) ?? ''), ...calls].join('');
}

/** OpenAI Chat Completions: `POST /v1/chat/completions`. */
export const openAiChat: ModelWire = {
  name: 'chat',
  providers: ['openai', 'openai-compatible'],
  prepare(body, model, bound) {
    const field =
      body.max_completion_tokens !== undefined ||
      (body.max_tokens === undefined && model.provider === 'openai')
        ? 'max_completion_tokens'
        : 'max_tokens';
    const limit = outputLimit(body[field], field, model, bound);
    const isStream = body.stream === true;
    const options = recordOf(body.stream_options);
    return {
      body: {
        ...body,
        model: model.model,
        ...(limit !== undefined && { [field]: limit }),
        // Only this format leaves usage out of its streams unless it is asked for.
        ...(isStream && {
          stream_options: { ...options, include_usage: true },
        }),
      },
      isStream,
      // Each of the answers that were asked for may be as long.
      ...(limit !== undefined && {
        maxOutputTokens: limit * Math.max(1, countOf(body.n) ?? 1),
      }),
      hidesUsageChunk: isStream && options.include_usage !== true,
    };
  },
  readEvent(event) {
    if (event.error) return { isFinal: true };
    const choices = listOf(event.choices).map(recordOf);
    return {
      ...readUsage(recordOf(event.usage)),
      stopReason: choices
        .map(choice => textOf(choice.finish_reason))
        .find(Boolean),
      text: choices.map(readDelta).join(''),
    };
  },
  readAnswer(answer) {
    return {
      ...readUsage(recordOf(answer.usage)),
      stopReason: textOf(recordOf(listOf(answer.choices)[0]).finish_reason),
      isFinal: true,
    };
  },
  error: openAiError,
  errorEvent: problem => `data: ${JSON.stringify(openAiError(problem))}\n\n`,
};
