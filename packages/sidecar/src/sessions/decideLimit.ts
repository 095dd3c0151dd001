/**
 * Whether a session's time is over, and why. All times in milliseconds.
 *
 * @returns the reason of the session's end; undefined while there is time
 */
export function decideLimit(
  limits: { timeoutMs?: number; idleTimeoutMs?: number },
  times: { openedAt: number; activeAt: number; now: number },
): 'TimedOut' | 'IdleTimeout' | undefined {
  const { timeoutMs, idleTimeoutMs } = limits;
  if (timeoutMs && times.now - times.openedAt >= timeoutMs) return 'TimedOut';
  if (idleTimeoutMs && times.now - times.activeAt >= idleTimeoutMs) {
    return 'IdleTimeout';
  }
  return undefined;
}
