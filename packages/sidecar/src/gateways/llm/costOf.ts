import {
  formatUsd,
  type ModelPricing,
  type TokenUsage,
} from '@greenroom/protocol';

const MILLION = 1_000_000;

/**
 * The price of a call in US dollars; undefined where the model's prices are not known, and never 0 for that. What was read from
 * and written to a cache has the input's price where it has none of its own.
 */
export function costOf(
  usage: Omit<TokenUsage, 'cost_usd'>,
  pricing: ModelPricing | undefined,
): string | undefined {
  if (pricing?.input === undefined || pricing.output === undefined)
    return undefined;
  const input = Number(pricing.input);
  const { cache_read_tokens: read = 0, cache_write_tokens: written = 0 } =
    usage;
  const fresh = Math.max(0, usage.input_tokens - read - written);
  const millionths =
    fresh * input +
    read * Number(pricing.cache_read ?? input) +
    written * Number(pricing.cache_write ?? input) +
    usage.output_tokens * Number(pricing.output);
  return formatUsd(millionths / MILLION);
}

/** The most that so many tokens can cost. */
export function mostCostOf(
  inputTokens: number,
  outputTokens: number,
  pricing: ModelPricing | undefined,
): string | undefined {
  if (pricing?.input === undefined || pricing.output === undefined)
    return undefined;
  const dearest = Math.max(
    Number(pricing.input),
    Number(pricing.cache_read ?? 0),
    Number(pricing.cache_write ?? 0),
  );
  return formatUsd(
    (inputTokens * dearest + outputTokens * Number(pricing.output)) / MILLION,
  );
}
