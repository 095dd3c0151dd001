import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CONTAINER_MARK,
  processesOfContainer,
  signalProcess,
  stillLiving,
} from '../processes/ContainerProcesses';
import type { ProcessEntry } from '../processes/ProcessTable';

/** A command as the kernel gets it: nothing left to expand. */
export interface ResolvedCommand {
  /** The program and its arguments. */
  argv: string[];
  environment: Record<string, string>;
  workingDir: string;
}

/** How a container's process ended. */
export interface ProcessExit {
  /** 0–255; 128 + the signal's number if a signal ended it. */
  exitCode: number;
  signal?: number;
}

/** A container's process could not be started at all. */
export class ContainerStartError extends Error {
  readonly name = 'ContainerStartError';
}

/** After SIGKILL a process is gone as soon as the kernel gets to it; one that hangs in a system call is not waited for longer. */
const KILL_WAIT_MS = 2_000;
const KILL_INTERVAL_MS = 10;

/** The processes of one run of a container: a leader in a group of its own, and everything it starts. */
export class ContainerProcess {
  readonly containerId: string;
  readonly pid: number;
  readonly stdin: Writable | undefined;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Settles when the leader has ended and nothing of the container is left. */
  readonly ended: Promise<ProcessExit>;
  readonly #child: ChildProcess;
  #hasEnded = false;
  /** Its processes when it was asked to end: while parents live, also those that hide from everything else are found. */
  #family: ProcessEntry[] = [];

  private constructor(containerId: string, child: ChildProcess) {
    this.containerId = containerId;
    this.#child = child;
    this.pid = child.pid!;
    this.stdin = child.stdin ?? undefined;
    this.stdout = child.stdout!;
    this.stderr = child.stderr!;
    this.ended = this.#waitForEnd();
  }

  /** Starts the command. Throws {@link ContainerStartError}, which says why it could not. */
  static async start(
    containerId: string,
    command: ResolvedCommand,
    options: { stdin: boolean },
  ): Promise<ContainerProcess> {
    const [program, ...args] = command.argv;
    let child: ChildProcess;
    try {
      child = spawn(program, args, {
        cwd: command.workingDir,
        env: { ...command.environment, [CONTAINER_MARK]: containerId },
        detached: true,
        stdio: [options.stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      });
    } catch (cause) {
      throw startError(command, cause);
    }
    if (child.pid === undefined) {
      throw startError(
        command,
        await new Promise(resolve => child.once('error', resolve)),
      );
    }
    // Writing to one that has ended must not end us.
    child.stdin?.on('error', () => undefined);
    child.on('error', () => undefined);
    return new ContainerProcess(containerId, child);
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Asks the whole group to end, and ends it for good after the grace period. Resolves when nothing is left. */
  async stop(graceMs: number): Promise<ProcessExit> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
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
    const closed = new Promise<void>(resolve => {
      this.#child.once('close', () => resolve());
    });
    const exit = await new Promise<ProcessExit>(resolve => {
      this.#child.once('exit', (code, signal) => resolve(exitOf(code, signal)));
    });
    // As the end of a container's first process ends all others in it.
    signalProcess(-this.pid, 'SIGKILL');
    await this.#endRest();
    await Promise.race([
      closed,
      sleep(KILL_WAIT_MS, undefined, { ref: false }),
    ]);
    this.#hasEnded = true;
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

function exitOf(
  code: number | null,
  signal: NodeJS.Signals | null,
): ProcessExit {
  if (signal === null) return { exitCode: code ?? 0 };
  const number = constants.signals[signal];
  return { exitCode: 128 + number, signal: number };
}

function startError(
  { argv, environment, workingDir }: ResolvedCommand,
  cause: unknown,
): ContainerStartError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const program = argv[0];
  const reasons: Record<string, string> = {
    ENOENT: program.includes('/')
      ? `no such file, or the folder ${workingDir} does not exist`
      : `executable file not found in $PATH (${environment.PATH ?? ''})`,
    EACCES: 'permission denied: is it executable?',
    E2BIG: 'its arguments and environment are too long for this machine',
  };
  return new ContainerStartError(
    `exec: "${program}": ${reasons[code ?? ''] ?? message}`,
    { cause },
  );
}
