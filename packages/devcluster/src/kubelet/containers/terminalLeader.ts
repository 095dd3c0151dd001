import { assertExecutable } from '../exec/assertExecutable';
import { startTerminal } from '../exec/startTerminal';
import { ContainerStartError } from './ContainerStartError';
import type { Leader } from './Leader';
import type { ResolvedCommand } from './ResolvedCommand';

/** Starts a command on a terminal of its own, as `tty: true` asks for. Throws {@link ContainerStartError}. */
export async function terminalLeader(
  command: ResolvedCommand,
): Promise<Leader> {
  try {
    await assertExecutable(command);
    const { pid, stdin, stdout, result, resize } = await startTerminal(command);
    return {
      pid,
      stdin,
      stdout: stdout!,
      stderr: undefined,
      exited: result,
      // A terminal tells of its end when all is read.
      closed: result,
      resize,
    };
  } catch (cause) {
    throw new ContainerStartError((cause as Error).message, { cause });
  }
}
