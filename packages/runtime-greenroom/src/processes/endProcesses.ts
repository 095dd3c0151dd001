import { readdirSync, readFileSync } from 'node:fs';

/** Time processes have to end by themselves; with it all is over well within the second that a cancel may take. */
const GRACE_MS = 400;

/** Environment variable by which a process is known to belong to one call, whatever group it moved to. */
export const PROCESS_MARK = 'GREENROOM_PROCESS';

/**
 * Ends a process group and everything else that inherited `mark`: politely first, then by force.
 *
 * A program that starts a session of its own leaves the group, but not its environment.
 */
export function endProcesses(group: number, mark: string): void {
  if (!signalAll(group, mark, 'SIGTERM')) return;
  setTimeout(() => signalAll(group, mark, 'SIGKILL'), GRACE_MS);
}

function signalAll(
  group: number,
  mark: string,
  signal: NodeJS.Signals,
): boolean {
  let found = send(-group, signal);
  for (const pid of markedProcesses(mark)) found = send(pid, signal) || found;
  return found;
}

function send(target: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(target, signal);
  } catch {
    return false; // It has ended, which is what was wanted.
  }
}

function* markedProcesses(mark: string): Generator<number> {
  const wanted = `${PROCESS_MARK}=${mark}`;
  for (const name of processNames()) {
    try {
      const environment = readFileSync(`/proc/${name}/environ`, 'latin1');
      if (environment.split('\0').includes(wanted)) yield Number(name);
    } catch {
      // It ended meanwhile, or belongs to somebody else.
    }
  }
}

function processNames(): string[] {
  try {
    return readdirSync('/proc').filter(name => /^\d+$/.test(name));
  } catch {
    return []; // Not Linux: the process group alone has to do.
  }
}
