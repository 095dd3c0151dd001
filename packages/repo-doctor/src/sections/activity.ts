/** Commits over time, in steps that suit the age of the repository. */
export interface Activity {
  unit: 'month' | 'day' | 'hour';
  /** Oldest first, empty steps included: `["2025-03", 12]`, `["2025-03-01", 2]` or `["2025-03-01T14", 1]`, UTC. */
  steps: [start: string, commits: number][];
}

/** Characters of an RFC 3339 time that name a step. */
const PREFIX = { month: 7, day: 10, hour: 13 } as const;

const DAY_S = 86_400;

/** Counts commits per step. `times` are seconds since 1970, at least one. */
export function activityOf(times: readonly number[]): Activity {
  const first = times.reduce((least, time) => Math.min(least, time), Infinity);
  const last = times.reduce((most, time) => Math.max(most, time), 0);
  const unit = unitOf(last - first);
  const counts = new Map<string, number>();
  for (const time of times) {
    const step = stepOf(time, unit);
    counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  const steps: [string, number][] = [];
  const end = stepOf(last, unit);
  for (let at = first; ; at = nextStep(at, unit)) {
    const step = stepOf(at, unit);
    steps.push([step, counts.get(step) ?? 0]);
    if (step >= end) return { unit, steps };
  }
}

function unitOf(seconds: number): Activity['unit'] {
  if (seconds <= 3 * DAY_S) return 'hour';
  return seconds <= 92 * DAY_S ? 'day' : 'month';
}

function stepOf(seconds: number, unit: Activity['unit']): string {
  return new Date(seconds * 1000).toISOString().slice(0, PREFIX[unit]);
}

function nextStep(seconds: number, unit: Activity['unit']): number {
  if (unit === 'hour') return seconds + 3_600;
  if (unit === 'day') return seconds + DAY_S;
  const date = new Date(seconds * 1000);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) / 1000;
}
