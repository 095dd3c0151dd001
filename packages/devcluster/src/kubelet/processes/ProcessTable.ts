import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { promisify } from 'node:util';

/** A process of this machine as it was a moment ago. */
export interface ProcessEntry {
  pid: number;
  parent: number;
  /** Process group. */
  group: number;
  /** When it started, in a unit of the platform's own: together with the pid it names a process for good. */
  startTime: string;
  /** Dead, and waiting for its parent to take notice. */
  isZombie: boolean;
}

/** All processes, or those this user may see. */
export async function listProcesses(): Promise<ProcessEntry[]> {
  return process.platform === 'linux' ? listFromProc() : listFromPs();
}

/** One process, or `undefined` if there is none of that pid. */
export async function findProcess(
  pid: number,
): Promise<ProcessEntry | undefined> {
  if (process.platform === 'linux') return readProc(pid);
  return (await listFromPs()).find(entry => entry.pid === pid);
}

/**
 * The value of a variable in the environment a process was started with. Children inherit it whatever group or session they move to,
 * which makes it the mark by which a container's processes are found. Linux only; elsewhere always `undefined`.
 */
export async function environmentVariable(
  pid: number,
  name: string,
): Promise<string | undefined> {
  try {
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1');
    const prefix = `${name}=`;
    const found = environment
      .split('\0')
      .find(variable => variable.startsWith(prefix));
    return found?.slice(prefix.length);
  } catch {
    return undefined; // ended meanwhile, or another user's
  }
}

async function listFromProc(): Promise<ProcessEntry[]> {
  const names = await readdir('/proc');
  const pids = names.filter(name => /^\d+$/.test(name)).map(Number);
  const entries = await Promise.all(pids.map(readProc));
  return entries.filter(entry => entry !== undefined);
}

async function readProc(pid: number): Promise<ProcessEntry | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The command, in parentheses, may hold anything; what follows is plain.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      pid,
      isZombie: fields[0] === 'Z' || fields[0] === 'X',
      parent: Number(fields[1]),
      group: Number(fields[2]),
      startTime: fields[19],
    };
  } catch {
    return undefined;
  }
}

async function listFromPs(): Promise<ProcessEntry[]> {
  const { stdout } = await promisify(execFile)(
    'ps',
    ['-axo', 'pid=,ppid=,pgid=,stat=,lstart='],
    { maxBuffer: 16 * 1024 * 1024 },
  );
  const entries: ProcessEntry[] = [];
  for (const line of stdout.split('\n')) {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line);
    if (!match) continue;
    const [, pid, parent, group, state, startTime] = match;
    entries.push({
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      startTime,
      isZombie: state.startsWith('Z'),
    });
  }
  return entries;
}
