import { readFileSync } from 'node:fs';

/**
 * When a process started, in clock ticks since boot, so that a recycled pid is never taken for ours.
 * `undefined` when there is no such process, or where /proc does not exist (then the pid alone must do).
 */
export function startTicks(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : fields[18];
  } catch {
    return undefined;
  }
}

/** Whether the process runs and, where the system can tell, is the one that had those start ticks. */
export function isAlive(pid: number, ticks?: string): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== 'linux') return true;
  const now = startTicks(pid);
  return now !== undefined && (ticks === undefined || now === ticks);
}
