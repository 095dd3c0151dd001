import { familyOf } from './familyOf';
import {
  environmentVariable,
  findProcess,
  listProcesses,
  type ProcessEntry,
} from './ProcessTable';

/** The variable by which the processes of a container are found again; its value is the container's id. */
export const CONTAINER_MARK = 'DEVCLUSTER_CONTAINER';

/**
 * Every living process of a container: the leader's group and descendants, and whoever carries the container's mark, which also finds those
 * that left the group and lost their parent.
 */
export async function processesOfContainer(
  containerId: string,
  leader: number | undefined,
): Promise<ProcessEntry[]> {
  const living = (await listProcesses()).filter(entry => !entry.isZombie);
  const family = new Set(leader === undefined ? [] : familyOf(leader, living));
  await Promise.all(
    living.map(async entry => {
      if (family.has(entry)) return;
      const mark = await environmentVariable(entry.pid, CONTAINER_MARK);
      if (mark === containerId) family.add(entry);
    }),
  );
  return [...family];
}

/** Those of some processes seen before that have not ended. A pid that has gone to another process since does not count. */
export async function stillLiving(
  processes: readonly ProcessEntry[],
): Promise<ProcessEntry[]> {
  const present = await Promise.all(
    processes.map(({ pid }) => findProcess(pid)),
  );
  return present.filter(
    (entry, index): entry is ProcessEntry =>
      entry !== undefined &&
      !entry.isZombie &&
      entry.startTime === processes[index].startTime,
  );
}

/** Every living process whose mark begins so. */
export async function markedProcesses(prefix: string): Promise<ProcessEntry[]> {
  const living = (await listProcesses()).filter(entry => !entry.isZombie);
  const marks = await Promise.all(
    living.map(({ pid }) => environmentVariable(pid, CONTAINER_MARK)),
  );
  return living.filter((_, index) => marks[index]?.startsWith(prefix));
}

/** Sends a signal to a process, or to a group if the number is negative; one that is gone is no error. Says whether there was one. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ESRCH' || code === 'EPERM') return false;
    throw error;
  }
}
