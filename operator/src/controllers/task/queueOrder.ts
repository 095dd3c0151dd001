/** What decides the place of a Task in the queue of its agent. */
export interface QueueEntry {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** Higher starts first; 0 when the Task sets none. */
  readonly priority: number;
  /** `metadata.creationTimestamp` as milliseconds since 1970. */
  readonly createdAtMs: number;
}

/**
 * The order in which waiting Tasks of one agent start: by priority, then by age.
 *
 * @remarks
 * The API server's creation times have a precision of one second, so Tasks of one burst are ordered by
 * name, then by uid: the order is total, and the same after a restart.
 */
export function compareQueueEntries(a: QueueEntry, b: QueueEntry): number {
  return (
    b.priority - a.priority ||
    a.createdAtMs - b.createdAtMs ||
    compareText(a.name, b.name) ||
    compareText(a.uid, b.uid)
  );
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
