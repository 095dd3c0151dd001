import type { GreenroomConfig, Task } from '@greenroom/kinds';

/** What becomes of a finished Task. Times are milliseconds since 1970. */
export type RetentionDecision =
  | { readonly act: 'keep' }
  | { readonly act: 'keepUntil'; readonly untilMs: number }
  | { readonly act: 'delete' };

/** Judges the age of a finished Task; its own setting stands before the cluster's. */
export function decideRetention(
  { spec, status }: Task,
  config: GreenroomConfig | undefined,
  nowMs: number,
): RetentionDecision {
  const ttlSeconds =
    spec.ttlSecondsAfterFinished ??
    config?.spec.cleanup?.ttlSecondsAfterFinished;
  if (ttlSeconds === undefined || !status?.completionTime)
    return { act: 'keep' };
  const untilMs = Date.parse(status.completionTime) + ttlSeconds * 1000;
  return untilMs <= nowMs ? { act: 'delete' } : { act: 'keepUntil', untilMs };
}

/** The finished Tasks of one namespace that are too many: the oldest ends first, then by name. */
export function surplusTasks(
  finished: readonly Task[],
  config: GreenroomConfig | undefined,
): Task[] {
  const most = config?.spec.cleanup?.maxRetainedTasks;
  if (most === undefined || finished.length <= most) return [];
  const rank = ({ metadata, status }: Task) =>
    `${status?.completionTime ?? ''}/${metadata.name}`;
  return [...finished]
    .sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
    .slice(0, finished.length - most);
}
