import { setTimeout as sleep } from 'node:timers/promises';
import {
  CONTAINER_MARK,
  processesOfContainer,
  signalProcess,
  stillLiving,
} from '../processes/ContainerProcesses';
import type { ProcessEntry } from '../processes/ProcessTable';
import type { Leader, ProcessExit } from './Leader';
import type { ResolvedCommand } from './ResolvedCommand';
import { spawnLeader } from './spawnLeader';
import { terminalLeader } from './terminalLeader';

/** After SIGKILL a process is gone as soon as the kernel gets to it; one that hangs in a system call is not waited for longer. */
const KILL_WAIT_MS = 2_000;
const KILL_INTERVAL_MS = 10;

/** The processes of one run of a container: a leader in a group of its own, and everything it starts. */
export class ContainerProcess {
  readonly containerId: string;
  readonly leader: Leader;
  /** Settles when the leader has ended and nothing of the container is left. */
  readonly ended: Promise<ProcessExit>;
  #hasExited = false;
  /** Its processes when it was asked to end: while parents live, also those that hide from everything else are found. */
  #family: ProcessEntry[] = [];

  private constructor(containerId: string, leader: Leader) {
    this.containerId = containerId;
    this.leader = leader;
    this.ended = this.#waitForEnd();
  }

  /** Starts the command, on a terminal if it asks for one. Throws `ContainerStartError`, which says why it could not. */
  static async start(
    containerId: string,
    command: ResolvedCommand,
    options: { stdin: boolean; tty: boolean },
  ): Promise<ContainerProcess> {
    const marked: ResolvedCommand = {
      ...command,
      environment: { ...command.environment, [CONTAINER_MARK]: containerId },
    };
    const leader = options.tty
      ? await terminalLeader(marked)
      : await spawnLeader(marked, options);
    return new ContainerProcess(containerId, leader);
  }

  get pid(): number {
    return this.leader.pid;
  }

  /** Asks the whole group to end, and ends it for good after the grace period. Resolves when nothing is left. */
  async stop(graceMs: number): Promise<ProcessExit> {
    if (!this.#hasExited) {
      this.#family = await processesOfContainer(this.containerId, this.pid);
      signalProcess(-this.pid, 'SIGTERM');
      const timer = setTimeout(
        () => signalProcess(-this.pid, 'SIGKILL'),
        graceMs,
      );
      try {
        return await this.ended;
      } finally {
        clearTimeout(timer);
      }
    }
    return this.ended;
  }

  async #waitForEnd(): Promise<ProcessExit> {
    const exit = await this.leader.exited;
    this.#hasExited = true;
    // As the end of a container's first process ends all others in it.
    signalProcess(-this.pid, 'SIGKILL');
    await this.#endRest();
    await Promise.race([
      this.leader.closed,
      sleep(KILL_WAIT_MS, undefined, { ref: false }),
    ]);
    return exit;
  }

  async #endRest(): Promise<void> {
    const deadline = performance.now() + KILL_WAIT_MS;
    for (;;) {
      const rest = [
        ...(await processesOfContainer(this.containerId, this.pid)),
        ...(await stillLiving(this.#family)),
      ];
      for (const { pid } of rest) signalProcess(pid, 'SIGKILL');
      if (!rest.length || performance.now() > deadline) return;
      await sleep(KILL_INTERVAL_MS);
    }
  }
}
