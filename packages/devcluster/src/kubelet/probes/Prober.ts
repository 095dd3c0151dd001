import { setTimeout as sleep } from 'node:timers/promises';
import type { Probe } from '../pods/podParts';
import { foldProbe, type ProbeResult, type ProbeState } from './foldProbe';

export interface ProberOptions {
  probe: Probe;
  /** Makes one attempt. */
  attempt: (timeoutMs: number) => Promise<ProbeResult>;
  /** Told when the verdict turns. */
  onVerdict: (isHealthy: boolean, result: ProbeResult) => void;
  /** Told about each attempt that failed and counts. */
  onFailure: (result: ProbeResult) => void;
  /** When the container started, in milliseconds since the epoch. */
  startedAt: number;
  signal: AbortSignal;
}

/** API defaults, in seconds. */
const DEFAULT_PERIOD_S = 10;
const DEFAULT_TIMEOUT_S = 1;
/** The first look after a start. A server is seldom up sooner, and a look costs little. */
const FIRST_LOOK_MS = 25;
/** Failures this soon after a start say nothing: no server is up at once. */
const START_MS = 1000;

/**
 * Repeats a probe until the signal aborts. Until the first success it looks more often than its period says, so that a container is ready as
 * soon as it answers; a failure of such a look does not count.
 */
export async function keepProbing(options: ProberOptions): Promise<void> {
  const { probe, signal } = options;
  const periodMs = (probe.periodSeconds ?? DEFAULT_PERIOD_S) * 1000;
  const timeoutMs = (probe.timeoutSeconds ?? DEFAULT_TIMEOUT_S) * 1000;
  const begin = options.startedAt + (probe.initialDelaySeconds ?? 0) * 1000;
  let due = Math.max(begin, options.startedAt + Math.min(periodMs, START_MS));
  let state: ProbeState = { count: 0 };
  let lookAfterMs = FIRST_LOOK_MS;
  try {
    await sleep(Math.max(0, begin - Date.now()), undefined, { signal });
    while (!signal.aborted) {
      const result = await options.attempt(timeoutMs);
      if (signal.aborted) return;
      const counts = result.isSuccess || Date.now() >= due;
      if (counts) {
        const before = state.isHealthy;
        state = foldProbe(state, result, probe);
        if (!result.isSuccess) options.onFailure(result);
        if (state.isHealthy !== undefined && state.isHealthy !== before) {
          options.onVerdict(state.isHealthy, result);
        }
        due = Date.now() + periodMs;
      }
      const isEager = state.last !== true && !probe.exec;
      const waitMs = Math.max(0, due - Date.now());
      await sleep(isEager ? Math.min(lookAfterMs, waitMs) : waitMs, undefined, {
        signal,
      });
      lookAfterMs *= 2;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
