import type { ProcessExit } from '../containers/Leader';
import type { EndedRun } from './ContainerRecord';

/** What is recorded of a run whose process has just ended. */
export function endedRun(
  { exitCode, signal }: ProcessExit,
  message: string | undefined,
  containerId: string,
  startedAt: number,
): EndedRun & { startedAt: number } {
  return {
    exitCode,
    signal,
    reason: exitCode === 0 ? 'Completed' : 'Error',
    message,
    containerId,
    startedAt,
    finishedAt: Date.now(),
  };
}
