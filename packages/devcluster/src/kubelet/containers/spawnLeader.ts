import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { ContainerStartError } from './ContainerStartError';
import type { Leader, ProcessExit } from './Leader';
import type { ResolvedCommand } from './ResolvedCommand';

/** Starts a command with pipes. Throws {@link ContainerStartError}, which says why it could not. */
export async function spawnLeader(
  command: ResolvedCommand,
  options: { stdin: boolean },
): Promise<Leader> {
  const [program, ...args] = command.argv;
  let child: ChildProcess;
  try {
    child = spawn(program, args, {
      cwd: command.workingDir,
      env: command.environment,
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
  return {
    pid: child.pid,
    stdin: child.stdin ?? undefined,
    stdout: child.stdout!,
    stderr: child.stderr!,
    exited: new Promise(resolve => {
      child.once('exit', (code, signal) => resolve(exitOf(code, signal)));
    }),
    closed: once(child, 'close'),
    resize: () => undefined,
  };
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
