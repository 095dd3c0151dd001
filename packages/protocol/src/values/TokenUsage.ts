import { z } from 'zod';
import { Count } from './Sha256';
import { UsdAmount } from './UsdAmount';

/** What one model call consumed. `input_tokens` includes what was read from and written to the cache. */
export const TokenUsage = z.object({
  input_tokens: Count,
  output_tokens: Count,
  /** Part of `output_tokens`. */
  reasoning_tokens: Count.optional(),
  cache_read_tokens: Count.optional(),
  cache_write_tokens: Count.optional(),
  /** Unset where the model's price is not known; never 0 for that. */
  cost_usd: UsdAmount.optional(),
});
export type TokenUsage = z.infer<typeof TokenUsage>;
