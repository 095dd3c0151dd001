import { lstat, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';

/** A path that leaves its folder, by `..`, as an absolute path, or through a symbolic link. */
export class OutsideFolderError extends Error {
  readonly name = 'OutsideFolderError';
}

function isWithin(folder: string, path: string): boolean {
  const rest = relative(folder, path);
  return (
    rest === '' ||
    (!rest.startsWith(`..${sep}`) && rest !== '..' && !isAbsolute(rest))
  );
}

/**
 * Resolves a relative path inside a folder, following symbolic links and refusing those that lead out of it. What does not
 * exist yet is resolved as far as it does. Whoever opens the result should add `O_NOFOLLOW`: the folder's owner may be
 * changing it at this moment.
 *
 * @returns the absolute path, without symbolic links as far as it exists
 * @throws {@link OutsideFolderError}
 */
export async function resolveInside(
  folder: string,
  path: string,
): Promise<string> {
  const parts = path.split('/').filter(part => part !== '' && part !== '.');
  if (path.startsWith('/') || parts.includes('..') || path.includes('\0')) {
    throw new OutsideFolderError(
      `"${path}" is not a path inside the folder. Use a relative path without "..".`,
    );
  }
  const root = await realpath(folder);
  let resolved = root;
  for (let index = 0; index < parts.length; index++) {
    const next = join(resolved, parts[index]);
    const stat = await lstat(next).catch(notFound);
    if (!stat) return join(next, ...parts.slice(index + 1));
    resolved = stat.isSymbolicLink() ? await realpathOf(next, path) : next;
    if (!isWithin(root, resolved)) {
      throw new OutsideFolderError(
        `"${path}" leads out of the folder through a symbolic link. Remove the link "${parts
          .slice(0, index + 1)
          .join('/')}".`,
      );
    }
  }
  return resolved;
}

async function realpathOf(link: string, path: string): Promise<string> {
  try {
    return await realpath(link);
  } catch (error) {
    throw new OutsideFolderError(
      `"${path}" goes through a symbolic link that leads nowhere. Remove the link.`,
      { cause: error },
    );
  }
}

function notFound(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
