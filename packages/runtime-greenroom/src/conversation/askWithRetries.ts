import { setTimeout as sleep } from 'node:timers/promises';
import { ModelCallError } from '../model/ModelCallError';
import type {
  ModelAnswer,
  ModelClient,
  ModelQuestion,
} from '../model/ModelClient';
import type { Turn } from '../turns/Turn';
import { BlockEvents } from './BlockEvents';

const ATTEMPTS = 4;
const FIRST_WAIT_MS = 1_000;
/** A provider that asks for more is as good as gone for this turn. */
const LONGEST_WAIT_MS = 60_000;

/** Asks the model, and again where that may help; people see each failed try. Usage is reported once it is known. */
export async function askWithRetries(
  model: ModelClient,
  question: ModelQuestion,
  turn: Turn,
): Promise<ModelAnswer> {
  for (let attempt = 1; ; attempt += 1) {
    const started = performance.now();
    const events = new BlockEvents(turn);
    try {
      const answer = await model.ask(question, part => events.accept(part));
      turn.emit(
        'agent.usage',
        usageOf(model, answer, performance.now() - started),
      );
      return answer;
    } catch (error) {
      question.signal.throwIfAborted();
      if (!(error instanceof ModelCallError)) throw error;
      const wait = error.retryAfterMs ?? FIRST_WAIT_MS * 2 ** (attempt - 1);
      if (!error.isRetryable || attempt === ATTEMPTS || wait > LONGEST_WAIT_MS)
        throw error;
      turn.emit('agent.error', {
        reason: 'ModelCallFailed',
        message: `${error.message} Trying again in ${Math.ceil(
          wait / 1000,
        )} s.`.slice(0, 16_000),
        recoverable: true,
      });
      await sleep(wait, undefined, { signal: question.signal });
    }
  }
}

function usageOf(
  model: ModelClient,
  { usage, finish }: ModelAnswer,
  durationMs: number,
): Record<string, unknown> {
  return {
    model: model.name,
    provider: model.provider,
    source: 'runtime',
    input_tokens: usage.inputTokens ?? 0,
    output_tokens: usage.outputTokens ?? 0,
    ...(usage.cacheReadTokens && { cache_read_tokens: usage.cacheReadTokens }),
    ...(usage.cacheWriteTokens && {
      cache_write_tokens: usage.cacheWriteTokens,
    }),
    ...(usage.reasoningTokens && { reasoning_tokens: usage.reasoningTokens }),
    duration_ms: Math.round(durationMs),
    stop_reason: finish,
  };
}
