import type { ModelPricing, TokenUsage } from '@greenroom/protocol';
import { costOf } from './costOf';
import { estimateTokens } from './estimateTokens';
import type { UsageMeter } from './UsageMeter';

/**
 * What a call used: the provider's own counts, and where it never told them (a call that was stopped, a server that does not
 * count) the estimate from what was sent and said.
 */
export function usageOf(
  { reading, textBytes }: Pick<UsageMeter, 'reading' | 'textBytes'>,
  requestBytes: number,
  pricing: ModelPricing | undefined,
): TokenUsage {
  const counts = {
    input_tokens: reading.inputTokens ?? estimateTokens(requestBytes),
    output_tokens: reading.outputTokens ?? estimateTokens(textBytes),
    ...(reading.reasoningTokens !== undefined && {
      reasoning_tokens: reading.reasoningTokens,
    }),
    ...(reading.cacheReadTokens !== undefined && {
      cache_read_tokens: reading.cacheReadTokens,
    }),
    ...(reading.cacheWriteTokens !== undefined && {
      cache_write_tokens: reading.cacheWriteTokens,
    }),
  };
  const cost = costOf(counts, pricing);
  return { ...counts, ...(cost !== undefined && { cost_usd: cost }) };
}
