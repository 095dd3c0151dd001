import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  markedProcesses,
  processesOfContainer,
  signalProcess,
} from './ContainerProcesses';
import { findProcess, type ProcessEntry } from './ProcessTable';

/** What the kernel needs at most to end processes that were sent SIGKILL; one that hangs in a system call is left to it. */
const KILL_ATTEMPTS = 100;
const KILL_INTERVAL_MS = 20;

interface LedgerEntry {
  containerId: string;
  pid: number;
  startTime: string;
}

/**
 * A record on disk of every container's process, so that a kubelet that was killed leaves nothing behind: the next one ends what is still
 * there. A pid alone could belong to a stranger by then; its start time tells.
 */
export class OrphanLedger {
  readonly #directory: string;
  readonly #markPrefix: string;

  /** @param markPrefix - what the ids of all containers of this state folder begin with, and no others' */
  constructor(directory: string, markPrefix: string) {
    this.#directory = directory;
    this.#markPrefix = markPrefix;
  }

  /** To be called as soon as the process runs. */
  async enter(containerId: string, pid: number): Promise<void> {
    const startTime = (await findProcess(pid))?.startTime;
    if (startTime === undefined) return;
    const entry: LedgerEntry = { containerId, pid, startTime };
    await mkdir(this.#directory, { recursive: true });
    await writeFile(this.#file(containerId), JSON.stringify(entry));
  }

  /** To be called when no process of the container is left. */
  async strike(containerId: string): Promise<void> {
    await rm(this.#file(containerId), { force: true });
  }

  /** Ends every process of an earlier kubelet on this state folder. Returns how many there were. */
  async endOrphans(): Promise<number> {
    const ended = new Set<number>();
    const files = await readdir(this.#directory).catch(() => []);
    for (const file of files) {
      const path = join(this.#directory, file);
      const entry = await readEntry(path);
      if (entry) await endAll(() => livingOf(entry), ended);
      await rm(path, { force: true });
    }
    // One that was started and not yet recorded is found by its mark.
    await endAll(() => markedProcesses(this.#markPrefix), ended);
    return ended.size;
  }

  #file(containerId: string): string {
    return join(this.#directory, `${containerId}.json`);
  }
}

async function readEntry(path: string): Promise<LedgerEntry | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as LedgerEntry;
  } catch {
    return undefined; // torn by the kill; the process's mark is gone with it
  }
}

async function livingOf(entry: LedgerEntry): Promise<ProcessEntry[]> {
  const leader = await findProcess(entry.pid);
  const isOurs = leader?.startTime === entry.startTime;
  return processesOfContainer(
    entry.containerId,
    isOurs ? entry.pid : undefined,
  );
}

async function endAll(
  find: () => Promise<ProcessEntry[]>,
  ended: Set<number>,
): Promise<void> {
  // A process that is just forking may escape the first look.
  for (let attempt = 0; attempt < KILL_ATTEMPTS; attempt++) {
    const living = await find();
    if (!living.length) return;
    for (const { pid } of living) {
      if (signalProcess(pid, 'SIGKILL')) ended.add(pid);
    }
    await sleep(KILL_INTERVAL_MS);
  }
}
