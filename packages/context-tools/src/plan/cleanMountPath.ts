import type { PlannedPath } from './ContextPlan';

/** What became of a mount path: a place, or the sentence that refuses it. */
export type CleanedMountPath = { place: PlannedPath } | { refused: string };

/** Longest path Linux takes, with room for the root's own. */
const LONGEST_PATH = 3_000;

/** Splits a path into its components without empty ones and `.`. */
function componentsOf(path: string): string[] {
  return path.split('/').filter(part => part !== '' && part !== '.');
}

/**
 * Brings a mount path into its one spelling, relative to the workspace or to the file system's root.
 * A relative path starts at `base` inside the workspace.
 */
export function cleanMountPath(options: {
  mountPath: string;
  workspaceDir: string;
  base?: string;
}): CleanedMountPath {
  const { mountPath, workspaceDir, base = '' } = options;
  if (mountPath.includes('\0')) {
    return { refused: 'it holds a NUL character' };
  }
  if (mountPath.length > LONGEST_PATH) {
    return { refused: `it is longer than ${LONGEST_PATH} characters` };
  }
  const parts = componentsOf(mountPath);
  if (parts.includes('..')) {
    return { refused: '".." is not allowed in a mount path' };
  }
  if (!mountPath.startsWith('/')) {
    return {
      place: {
        root: 'workspace',
        path: [...componentsOf(base), ...parts].join('/'),
      },
    };
  }
  const workspace = componentsOf(workspaceDir);
  if (workspace.every((part, index) => parts[index] === part)) {
    return {
      place: {
        root: 'workspace',
        path: parts.slice(workspace.length).join('/'),
      },
    };
  }
  if (parts.length === 0) {
    return { refused: 'the root of the file system cannot be a mount path' };
  }
  return { place: { root: 'outside', path: parts.join('/') } };
}
