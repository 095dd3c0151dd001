/** Delay before restarts: `baseMs` doubled with every failure up to `maxMs`. */
export interface RestartBackOff {
  baseMs: number;
  maxMs: number;
}

/** A real kubelet begins with 10 s and ends with 300 s; whoever develops on a laptop should not wait for that. */
export const defaultRestartBackOff: RestartBackOff = {
  baseMs: 1_000,
  maxMs: 30_000,
};

/** How long a container must have run for its earlier failures to be forgotten: twice the longest delay, as a kubelet's. */
export function isStable(ranMs: number, backOff: RestartBackOff): boolean {
  return ranMs >= 2 * backOff.maxMs;
}

/** The delay after so many ends in a row, in milliseconds. The first restart is immediate, as a kubelet's. */
export function restartDelay(
  failures: number,
  backOff: RestartBackOff,
): number {
  if (failures <= 1) return 0;
  return Math.min(
    backOff.maxMs,
    backOff.baseMs * 2 ** Math.min(failures - 2, 30),
  );
}
