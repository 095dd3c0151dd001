/** How a wait between tries grows. */
export interface BackOff {
  firstMs: number;
  longestMs: number;
}

/** For the operator: back within a second after a restart, and 2,000 sidecars spread over the longest wait after an outage. */
export const INGEST_BACK_OFF: BackOff = { firstMs: 100, longestMs: 15_000 };

/** For the runtime in the same pod: it is there or it starts. */
export const RUNTIME_BACK_OFF: BackOff = { firstMs: 20, longestMs: 1_000 };

/**
 * How long to wait before the next try: exponential with full jitter, so that many clients do not come back together, and
 * never less than half of `firstMs`.
 *
 * @param attempt tries that failed since the last success, from 1
 * @param random from 0 to 1
 */
export function backOffMs(
  { firstMs, longestMs }: BackOff,
  attempt: number,
  random: number,
): number {
  const ceiling = Math.min(longestMs, firstMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(firstMs / 2 + random * Math.max(ceiling - firstMs / 2, 0));
}
