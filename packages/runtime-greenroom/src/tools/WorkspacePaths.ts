import { realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';

/** A path that a tool may not touch. */
export class OutsideWorkspaceError extends Error {
  readonly name = 'OutsideWorkspaceError';
}

/** Turns paths of a model into paths of the machine, and keeps them inside the workspace, links included. */
export class WorkspacePaths {
  constructor(readonly root: string) {}

  /**
   * The real path of something that exists, or of where something new would be.
   *
   * @throws {OutsideWorkspaceError} when it lies outside the workspace.
   */
  async resolve(path: string): Promise<string> {
    const root = await realpath(this.root);
    const wanted = await realParent(resolve(this.root, path));
    if (wanted !== root && !wanted.startsWith(root + sep)) {
      throw new OutsideWorkspaceError(
        `${path} lies outside the workspace ${this.root}. Use a path relative to the workspace.`,
      );
    }
    return wanted;
  }

  /** A path as the model sees it. */
  async shown(path: string): Promise<string> {
    return relative(await realpath(this.root), path) || '.';
  }
}

/** Resolves links of the longest part of a path that exists; what does not exist can be no link. */
async function realParent(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const parent = dirname(path);
    if (parent === path) return path;
    return join(await realParent(parent), basename(path));
  }
}
