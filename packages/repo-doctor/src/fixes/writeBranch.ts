import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Git } from '../git/Git';
import { commitFixes } from './commitFixes';
import type { Fix } from './Fix';

/** The branch is there already, with other commits. */
export class BranchExistsError extends Error {
  readonly name = 'BranchExistsError';
}

/**
 * Writes each fix as a commit on a new branch that begins at `base`. Neither the index nor the files checked out are
 * touched, so it works while somebody has changes of their own.
 *
 * @returns the id of the branch's last commit.
 * @throws {BranchExistsError} when the branch exists.
 */
export async function writeBranch(
  git: Git,
  base: string,
  branch: string,
  fixes: readonly Fix[],
): Promise<string> {
  await git.text(['check-ref-format', '--branch', branch]);
  const ref = `refs/heads/${branch}`;
  if (
    (await git.maybe(['rev-parse', '--verify', '--quiet', ref])) !== undefined
  ) {
    throw new BranchExistsError(
      `The branch "${branch}" exists. Delete it with "git branch -D ${branch}" or name another one.`,
    );
  }
  const scratch = await mkdtemp(join(tmpdir(), 'repo-doctor-'));
  try {
    const last = await commitFixes(git, base, fixes, scratch);
    // The zero id: only if nobody made the branch meanwhile.
    await git.text(['update-ref', ref, last, '0'.repeat(base.length)]);
    return last;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
