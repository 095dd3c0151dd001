/** Fewer bytes to a token than any provider has on average, so that an estimate is rather too high. */
const BYTES_PER_TOKEN = 3;

/** Tokens of so many bytes of UTF-8, rather too many than too few. */
export function estimateTokens(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}
