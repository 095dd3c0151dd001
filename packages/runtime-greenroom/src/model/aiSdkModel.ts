import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import {
  APICallError,
  jsonSchema,
  streamText,
  tool,
  type LanguageModel,
  type ModelMessage,
  type ToolSet,
} from 'ai';
import type { ModelChoice } from '../messages/SessionOpen';
import { ModelCallError } from './ModelCallError';
import type {
  ModelAnswer,
  ModelClient,
  ModelPart,
  ModelQuestion,
  ToolCall,
  ToolDescription,
} from './ModelClient';

/** Key that libraries insist on; the sidecar puts the real one in its place. */
const PLACEHOLDER_KEY = 'greenroom';

/** Longest answer where neither the Model nor the library knows one. */
const DEFAULT_MAX_OUTPUT_TOKENS = 8_192;

/**
 * A model reached through the sidecar's gateway in its provider's own wire format. This is the only file that knows the
 * model library.
 */
export function aiSdkModel(
  choice: ModelChoice,
  greenroomUrl: string,
  sessionId: string,
): ModelClient {
  const model = languageModel(choice, greenroomUrl, sessionId);
  return {
    name: choice.name,
    provider: choice.provider,
    ask: (question, onPart) => ask(model, choice, question, onPart),
    userMessage: text =>
      ({ role: 'user', content: text } satisfies ModelMessage),
    toolMessage: outcomes =>
      ({
        role: 'tool',
        content: outcomes.map(({ call, text, isError }) => ({
          type: 'tool-result',
          toolCallId: call.id,
          toolName: call.name,
          output: { type: isError ? 'error-text' : 'text', value: text },
        })),
      } satisfies ModelMessage),
  };
}

function languageModel(
  { name, provider, model = name }: ModelChoice,
  greenroomUrl: string,
  sessionId: string,
): Exclude<LanguageModel, string> {
  const settings = {
    baseURL: new URL(`/llm/${encodeURIComponent(name)}/v1`, greenroomUrl).href,
    apiKey: PLACEHOLDER_KEY,
    headers: { 'x-greenroom-session': sessionId },
  };
  switch (provider) {
    case 'anthropic':
      return createAnthropic(settings)(model);
    case 'openai':
      return createOpenAI(settings).responses(model);
    default:
      return createOpenAICompatible({
        name: 'greenroom',
        includeUsage: true,
        ...settings,
      })(model);
  }
}

/** Like `stream`, with every failure as a `ModelCallError`: some come as parts, some are thrown. */
async function ask(
  model: Exclude<LanguageModel, string>,
  choice: ModelChoice,
  question: ModelQuestion,
  onPart: (part: ModelPart) => void,
): Promise<ModelAnswer> {
  try {
    return await stream(model, choice, question, onPart);
  } catch (error) {
    question.signal.throwIfAborted();
    throw error instanceof ModelCallError
      ? error
      : callError(choice.name, error);
  }
}

async function stream(
  model: Exclude<LanguageModel, string>,
  choice: ModelChoice,
  { instructions, messages, tools, signal }: ModelQuestion,
  onPart: (part: ModelPart) => void,
): Promise<ModelAnswer> {
  const result = streamText({
    model,
    instructions,
    messages: messages as ModelMessage[],
    tools: toolSet(tools),
    maxOutputTokens: choice.maxOutputTokens ?? DEFAULT_MAX_OUTPUT_TOKENS,
    abortSignal: signal,
    // The conversation is kept here: a provider that stored it could not be replaced by a fallback.
    providerOptions: { openai: { store: false } },
    // Repeating is decided by the caller, who also tells people about it.
    maxRetries: 0,
    // Errors come as parts; without a listener the library prints them.
    onError: () => undefined,
  });
  const answer: ModelAnswer = {
    messages: [],
    text: '',
    toolCalls: [],
    finish: 'other',
    usage: {},
  };
  let isFinished = false;
  for await (const part of result.stream) {
    switch (part.type) {
      case 'text-start':
      case 'reasoning-start':
        onPart({ kind: 'begin', block: part.id, of: blockOf(part.type) });
        break;
      case 'text-delta':
      case 'reasoning-delta':
        if (part.type === 'text-delta') answer.text += part.text;
        onPart({
          kind: 'delta',
          block: part.id,
          of: blockOf(part.type),
          text: part.text,
        });
        break;
      case 'text-end':
      case 'reasoning-end':
        onPart({ kind: 'end', block: part.id, of: blockOf(part.type) });
        break;
      case 'tool-call':
        answer.toolCalls.push(toolCallOf(part));
        break;
      case 'finish-step':
        isFinished = true;
        answer.finish = finishOf(part.finishReason);
        answer.usage = {
          inputTokens: part.usage.inputTokens,
          outputTokens: part.usage.outputTokens,
          cacheReadTokens: part.usage.inputTokenDetails.cacheReadTokens,
          cacheWriteTokens: part.usage.inputTokenDetails.cacheWriteTokens,
          reasoningTokens: part.usage.outputTokenDetails.reasoningTokens,
        };
        break;
      case 'error':
        throw part.error;
      default:
        break;
    }
  }
  signal.throwIfAborted();
  if (!isFinished) {
    throw new ModelCallError(
      `The answer of model "${choice.name}" ended in the middle.`,
      true,
      undefined,
    );
  }
  answer.messages = (await result.responseMessages) as ModelMessage[];
  return answer;
}

function toolSet(tools: readonly ToolDescription[]): ToolSet {
  // Without `execute`, a call ends the step: approvals and time-outs are the caller's.
  return Object.fromEntries(
    tools.map(({ name, description, inputSchema }) => [
      name,
      tool({ description, inputSchema: jsonSchema(inputSchema) }),
    ]),
  );
}

function toolCallOf(part: {
  toolCallId: string;
  toolName: string;
  input: unknown;
  invalid?: boolean;
  error?: unknown;
}): ToolCall {
  const isObject =
    part.input !== null &&
    typeof part.input === 'object' &&
    !Array.isArray(part.input);
  return {
    id: part.toolCallId,
    name: part.toolName,
    input: isObject ? (part.input as Record<string, unknown>) : {},
    ...((part.invalid || !isObject) && {
      problem:
        part.error instanceof Error
          ? part.error.message
          : 'the arguments are not an object',
    }),
  };
}

function blockOf(type: string): 'text' | 'thinking' {
  return type.startsWith('text') ? 'text' : 'thinking';
}

function finishOf(reason: string): ModelAnswer['finish'] {
  if (reason === 'stop') return 'stop';
  if (reason === 'tool-calls') return 'tools';
  return reason === 'length' ? 'length' : 'other';
}

function callError(name: string, error: unknown): ModelCallError {
  if (APICallError.isInstance(error)) {
    const { statusCode, responseBody, responseHeaders } = error;
    const said = responseBody ? sentenceOf(responseBody) : error.message;
    return new ModelCallError(
      `The call of model "${name}" failed${
        statusCode ? ` (${statusCode})` : ''
      }: ${said}`,
      // An answer that began well and cannot be read was cut on its way.
      error.isRetryable || statusCode === 200,
      retryAfter(responseHeaders?.['retry-after']),
      { cause: error },
    );
  }
  const message =
    error instanceof Error ? error.message : JSON.stringify(error);
  return new ModelCallError(
    `The call of model "${name}" failed: ${message}`,
    // What is no answer of the provider is a cut connection or a broken stream.
    true,
    undefined,
    { cause: error },
  );
}

/** Providers and the gateway say `{error: {message}}` or `{error: "…"}`; anything else is shown as it came. */
function sentenceOf(body: string): string {
  try {
    const { error } = JSON.parse(body);
    const message = typeof error === 'string' ? error : error?.message;
    if (typeof message === 'string') return message;
  } catch {
    // Not JSON: the text itself has to do.
  }
  return body.slice(0, 500);
}

function retryAfter(header: string | undefined): number | undefined {
  const seconds = Number(header);
  return header !== undefined && seconds >= 0 ? seconds * 1000 : undefined;
}
