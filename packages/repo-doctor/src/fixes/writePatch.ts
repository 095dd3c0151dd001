import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Git } from '../git/Git';
import type { Fix } from './Fix';
import { commitFixes } from './commitFixes';

/** The fixes as mails for `git am`; empty where there are none. The repository itself is not written to. */
export async function writePatch(
  git: Git,
  base: string,
  fixes: readonly Fix[],
): Promise<string> {
  if (!fixes.length) return '';
  const scratch = await mkdtemp(join(tmpdir(), 'repo-doctor-'));
  try {
    // New objects go aside, and the repository's own are only read.
    const objects = await git.text([
      'rev-parse',
      '--path-format=absolute',
      '--git-path',
      'objects',
    ]);
    // git takes a folder without objects for no repository.
    await mkdir(join(scratch, 'objects'));
    const env = {
      GIT_OBJECT_DIRECTORY: join(scratch, 'objects'),
      GIT_ALTERNATE_OBJECT_DIRECTORIES: objects,
    };
    const head = await commitFixes(git, base, fixes, scratch, env);
    return await git.text(
      ['format-patch', '--stdout', '--binary', `${base}..${head}`],
      { env },
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
