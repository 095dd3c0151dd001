import type { ModelSettings } from '@greenroom/protocol';
import type { JsonRecord } from '../json';
import type { ModelCallProblem } from '../ModelCallProblem';

/** A request's body as it goes to the provider. */
export interface PreparedBody {
  body: JsonRecord;
  isStream: boolean;
  /** Most tokens that the answer can have; unset where nothing limits it. */
  maxOutputTokens?: number;
  /** The stream will end with a chunk of usage that the client did not ask for and may not understand. */
  hidesUsageChunk: boolean;
}

/** What one event of a stream, or a whole answer, says about the call. Later readings win. */
export interface UsageReading {
  /** Cached tokens included. */
  inputTokens?: number;
  outputTokens?: number;
  reasoningTokens?: number;
  cacheReadTokens?: number;
  cacheWriteTokens?: number;
  stopReason?: string;
  /** What the model said in this event, to be counted when the provider never tells. */
  text?: string;
  /** Nothing that matters comes after it. */
  isFinal?: boolean;
}

/** One provider's wire format, as far as a gateway must know it. */
export interface ModelWire {
  name: 'anthropic' | 'chat' | 'responses';
  /** Providers that are asked in this format. */
  providers: readonly ModelSettings['provider'][];
  /**
   * Puts the model's name, and limits, into a body.
   *
   * @param bound - most output tokens where neither the request nor the model limits them; unset: leave it open
   * @throws ModelCallProblem `invalid`
   */
  prepare(
    body: JsonRecord,
    model: ModelSettings,
    bound: number | undefined,
  ): PreparedBody;
  /** Reads one event of a stream. */
  readEvent(event: JsonRecord): UsageReading;
  /** Reads a whole answer. */
  readAnswer(answer: JsonRecord): UsageReading;
  /** The body of an error. */
  error(problem: ModelCallProblem): JsonRecord;
  /** An error in the middle of a stream, as the bytes of one event. */
  errorEvent(problem: ModelCallProblem): string;
}
