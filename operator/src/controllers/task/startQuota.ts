/** `spec.quota` of an agent. */
export interface StartQuota {
  /** Starts that are allowed within one window. */
  readonly maxTaskStarts: number;
  /** Length of the sliding window in seconds. */
  readonly windowSeconds: number;
}

/** Whether one more start is allowed now, and if not, when the next one will be. */
export type QuotaVerdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly nextStartAtMs: number };

/**
 * Judges a sliding window: at any moment, at most `maxTaskStarts` starts lie within the last `windowSeconds`.
 *
 * @param starts - times of earlier starts in milliseconds since 1970, in any order
 */
export function judgeStartQuota(
  quota: StartQuota | undefined,
  starts: readonly number[],
  nowMs: number,
): QuotaVerdict {
  if (!quota) return { allowed: true };
  const windowMs = quota.windowSeconds * 1000;
  const recent = starts
    .filter(start => start > nowMs - windowMs)
    .sort((a, b) => b - a);
  if (recent.length < quota.maxTaskStarts) return { allowed: true };
  return {
    allowed: false,
    nextStartAtMs: recent[quota.maxTaskStarts - 1] + windowMs,
  };
}
