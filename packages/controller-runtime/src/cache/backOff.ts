/** Exponential back-off with full jitter, in milliseconds: `attempt` counts failures from 1. */
export function backOffMs(
  attempt: number,
  limits: { baseMs: number; maxMs: number },
  random: () => number = Math.random,
): number {
  const ceiling = Math.min(
    limits.maxMs,
    limits.baseMs * 2 ** Math.min(attempt - 1, 30),
  );
  // Never zero, so that a server that fails at once is not asked in a busy loop.
  return ceiling / 10 + random() * ceiling * 0.9;
}
