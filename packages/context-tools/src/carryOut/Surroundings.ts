import type { GitSurroundings } from '../git/openRepository';

/** What carrying a plan out needs from the process that does it. */
export interface Surroundings extends GitSurroundings {
  /** Absolute path of the workspace here. */
  workspaceDir: string;
  /** Absolute path of the volume that stands for `/` outside the workspace; unset where a plan may hold no such path. */
  outsideDir?: string;
  /** A folder only this process writes to. */
  scratchDir: string;
}
