import { access, constants as fileModes } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { ResolvedCommand } from '../containers/ResolvedCommand';

/** A command cannot be run in a container: there is no such program. */
export class CommandNotFoundError extends Error {
  readonly name = 'CommandNotFoundError';
}

/** Throws {@link CommandNotFoundError} if there is no such program. A terminal could not tell. */
export async function assertExecutable({
  argv: [program],
  environment,
  workingDir,
}: ResolvedCommand): Promise<void> {
  const folders = (environment.PATH ?? '').split(':');
  let candidates = folders.map(folder => join(folder, program));
  if (program.includes('/')) {
    candidates = [isAbsolute(program) ? program : join(workingDir, program)];
  }
  for (const candidate of candidates) {
    const isExecutable = await access(candidate, fileModes.X_OK).then(
      () => true,
      () => false,
    );
    if (isExecutable) return;
  }
  throw new CommandNotFoundError(
    program.includes('/')
      ? `exec: "${program}": no such file, or it is not executable`
      : `exec: "${program}": executable file not found in $PATH (${
          environment.PATH ?? ''
        })`,
  );
}
