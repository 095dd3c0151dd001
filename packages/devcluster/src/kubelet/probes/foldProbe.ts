import type { Probe } from '../pods/podParts';

/** What one attempt of a probe said. */
export interface ProbeResult {
  isSuccess: boolean;
  /** For people: why it failed. */
  message: string;
}

/** What a probe has said so far. */
export interface ProbeState {
  /** `undefined` until a threshold is reached for the first time. */
  isHealthy?: boolean;
  /** How often in a row the last result came. */
  count: number;
  last?: boolean;
}

/** API defaults. */
const DEFAULT_FAILURES = 3;
const DEFAULT_SUCCESSES = 1;

/** Counts a result in; the verdict turns when its threshold is reached. */
export function foldProbe(
  state: ProbeState,
  { isSuccess }: Pick<ProbeResult, 'isSuccess'>,
  probe: Pick<Probe, 'failureThreshold' | 'successThreshold'>,
): ProbeState {
  const count = state.last === isSuccess ? state.count + 1 : 1;
  const threshold = isSuccess
    ? probe.successThreshold ?? DEFAULT_SUCCESSES
    : probe.failureThreshold ?? DEFAULT_FAILURES;
  return {
    last: isSuccess,
    count,
    isHealthy: count >= threshold ? isSuccess : state.isHealthy,
  };
}
