import { cp, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Moves a tree, or copies it where it goes to another volume. */
async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (
      code !== 'EXDEV' &&
      code !== 'ENOTEMPTY' &&
      code !== 'EEXIST' &&
      code !== 'EPERM'
    )
      throw error;
    await cp(from, to, {
      recursive: true,
      verbatimSymlinks: true,
      force: false,
      errorOnExist: false,
    });
    await rm(from, { recursive: true, force: true });
  }
}

/**
 * Puts a private clone, or the part of it that was asked for, where the agent sees it. What already lies there stays:
 * contexts may have put files inside.
 *
 * @param clone the private clone; empty or gone afterwards
 * @param target absolute path; its parent is made
 */
export async function placeCheckout(
  clone: string,
  subPath: string,
  target: string,
): Promise<void> {
  const source = join(clone, subPath);
  const stat = await lstat(source).catch(() => undefined);
  if (!stat)
    throw new Error(`it has no "${subPath}" at that ref. Correct git.path.`);
  await mkdir(dirname(target), { recursive: true, mode: 0o755 });
  if (!stat.isDirectory()) {
    await cp(source, target, { verbatimSymlinks: true });
    return;
  }
  await mkdir(target, { recursive: true, mode: 0o755 });
  for (const name of await readdir(source)) {
    if (subPath && name === '.git') continue;
    await move(join(source, name), join(target, name));
  }
}
