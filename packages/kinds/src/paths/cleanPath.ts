/** Thrown for a path that must not be used; the message says why. */
export class InvalidPathError extends Error {
  readonly name = 'InvalidPathError';
}

/**
 * The absolute path that a mountPath stands for: relative ones lie in the workspace; `.`, empty parts and a slash at the
 * end go away, so that two spellings of one path are one text.
 *
 * @throws {@link InvalidPathError} for a path with `..`, with a control character, or that is the root
 */
export function cleanPath(path: string, workspaceDir: string): string {
  const parts = `${path.startsWith('/') ? '' : `${workspaceDir}/`}${path}`
    .split('/')
    .filter(part => part !== '' && part !== '.');
  if (parts.includes('..')) {
    throw new InvalidPathError(
      `Path "${path}" contains "..". Write the path it leads to.`,
    );
  }
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(path)) {
    throw new InvalidPathError(
      `Path ${JSON.stringify(path)} contains a control character. Remove it.`,
    );
  }
  if (parts.length === 0) {
    throw new InvalidPathError(
      `Path "${path}" is the root of the file system. Name a folder or file in it.`,
    );
  }
  return `/${parts.join('/')}`;
}

/** Two things that would end at one path, or one inside a file of the other. */
export interface PathConflict {
  first: string;
  second: string;
  path: string;
}

/** Something that takes a path in the pod. */
export interface PathClaim {
  /** Who claims it, as it is called in messages. */
  name: string;
  /** A clean path, see {@link cleanPath}. */
  path: string;
  /** A file has nothing inside; a folder may hold what others claim. */
  shape: 'file' | 'folder';
}

/** Finds claims that end at one path, or inside what another claims as a file. */
export function conflictingPaths(claims: readonly PathClaim[]): PathConflict[] {
  const conflicts: PathConflict[] = [];
  for (const [index, second] of claims.entries()) {
    for (const first of claims.slice(0, index)) {
      if (overlap(first, second))
        conflicts.push({
          first: first.name,
          second: second.name,
          path: second.path,
        });
    }
  }
  return conflicts;
}

function overlap(one: PathClaim, other: PathClaim): boolean {
  if (one.path === other.path) return true;
  return liesInFile(one, other) || liesInFile(other, one);
}

function liesInFile(inner: PathClaim, outer: PathClaim): boolean {
  return outer.shape === 'file' && inner.path.startsWith(`${outer.path}/`);
}
