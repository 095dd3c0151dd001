/** One figure of a benchmark. */
export interface Row {
  what: string;
  value: number;
  unit: string;
  /** The target in words, such as `≤ 50 ms`. */
  target?: string;
  /** Whether the target is met; absent without one. */
  met?: boolean;
  /** The same measured on something to compare with, in the same run. */
  baseline?: { what: string; value: number };
  note?: string;
}

/** What every benchmark is given. */
export interface BenchContext {
  /** The repository's root. */
  root: string;
  /** GREENROOM_HOME. */
  home: string;
  /** A folder for what the benchmark writes; removed afterwards. */
  folder: string;
}

/** A figure that must not be above a limit. */
export function atMost(
  what: string,
  value: number,
  limit: number,
  unit: string,
  extra: Partial<Row> = {},
): Row {
  return {
    what,
    value,
    unit,
    target: `≤ ${limit}`,
    met: value <= limit,
    ...extra,
  };
}

/** A figure that must not be below a limit. */
export function atLeast(
  what: string,
  value: number,
  limit: number,
  unit: string,
  extra: Partial<Row> = {},
): Row {
  return {
    what,
    value,
    unit,
    target: `≥ ${limit}`,
    met: value >= limit,
    ...extra,
  };
}

/** The value below which a share of the samples lies; 0.5 is the median. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** The median of several timed runs of `work`, in operations a second, after one that warms up. */
export function throughput(
  operations: number,
  work: () => void,
  runs = 5,
): number {
  work();
  const rates = Array.from({ length: runs }, () => {
    const started = performance.now();
    work();
    return (operations * 1000) / (performance.now() - started);
  });
  return quantile(rates, 0.5);
}
