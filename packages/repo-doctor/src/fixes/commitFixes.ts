import { join } from 'node:path';
import type { Git } from '../git/Git';
import type { Fix } from './Fix';

/** Who the commits are by: not a person. */
const IDENTITY = {
  GIT_AUTHOR_NAME: 'repo-doctor',
  GIT_AUTHOR_EMAIL: 'repo-doctor@greenroom.dev',
  GIT_COMMITTER_NAME: 'repo-doctor',
  GIT_COMMITTER_EMAIL: 'repo-doctor@greenroom.dev',
};

/**
 * Makes a commit of each fix on top of `base`, in an index of its own under `scratch`: neither the repository's index
 * nor the files checked out are touched.
 *
 * @returns the id of the last commit.
 */
export async function commitFixes(
  git: Git,
  base: string,
  fixes: readonly Fix[],
  scratch: string,
  env: Record<string, string> = {},
): Promise<string> {
  const own = { ...env, ...IDENTITY, GIT_INDEX_FILE: join(scratch, 'index') };
  await git.text(['read-tree', base], { env: own });
  let parent = base;
  for (const fix of fixes) {
    await stage(git, fix, own);
    const tree = await git.text(['write-tree'], { env: own });
    parent = await git.text(['commit-tree', tree, '-p', parent], {
      env: own,
      input: `${fix.title}\n\n${fix.why}\n`,
    });
  }
  return parent;
}

async function stage(
  git: Git,
  { changes }: Fix,
  env: Record<string, string>,
): Promise<void> {
  for (const { path, content } of changes) {
    if (content === undefined) {
      await git.text(['update-index', '--force-remove', '--', path], { env });
      continue;
    }
    const blob = await git.text(['hash-object', '-w', '--stdin'], {
      env,
      input: content,
    });
    await git.text(
      ['update-index', '--add', '--cacheinfo', `100644,${blob},${path}`],
      { env },
    );
  }
}
