import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecOptions, ExecSession } from '../../apiserver/NodeProxy';
import type { ResolvedCommand } from '../containers/ResolvedCommand';
import { CONTAINER_MARK, signalProcess } from '../processes/ContainerProcesses';
import { assertExecutable } from './assertExecutable';
import { startTerminal } from './startTerminal';

/** A child that the command left behind may hold its streams open; they are not waited for longer than this. */
const DRAIN_MS = 500;

/**
 * Starts a command beside a container's processes. It carries the container's mark, so it ends with the container at the latest.
 * Throws `CommandNotFoundError`.
 */
export async function startCommand(
  command: ResolvedCommand,
  containerId: string,
  options: ExecOptions,
): Promise<ExecSession> {
  await assertExecutable(command);
  const marked: ResolvedCommand = {
    ...command,
    environment: { ...command.environment, [CONTAINER_MARK]: containerId },
  };
  return options.tty ? startTerminal(marked) : startPlain(marked, options);
}

async function startPlain(
  { argv, environment, workingDir }: ResolvedCommand,
  options: ExecOptions,
): Promise<ExecSession> {
  const child = spawn(argv[0], argv.slice(1), {
    cwd: workingDir,
    env: environment,
    detached: true,
    stdio: [
      options.stdin ? 'pipe' : 'ignore',
      options.stdout ? 'pipe' : 'ignore',
      options.stderr ? 'pipe' : 'ignore',
    ],
  });
  child.stdin?.on('error', () => undefined);
  const closed = once(child, 'close').catch(() => undefined);
  const result = once(child, 'exit').then(async ([code, signal]) => {
    await Promise.race([closed, sleep(DRAIN_MS, undefined, { ref: false })]);
    const number = constants.signals[signal as NodeJS.Signals];
    return { exitCode: (code as number | null) ?? 128 + number };
  });
  result.catch(() => undefined); // whoever asks for it is told
  return {
    stdin: child.stdin ?? undefined,
    stdout: child.stdout ?? undefined,
    stderr: child.stderr ?? undefined,
    resize: () => undefined,
    close() {
      if (child.pid === undefined || child.exitCode !== null) return;
      signalProcess(-child.pid, 'SIGKILL');
    },
    result,
  };
}
