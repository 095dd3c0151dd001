import { resolveInside } from '../files/resolveInside';
import type { PlannedPath } from '../plan/ContextPlan';
import type { Surroundings } from './Surroundings';

/** The absolute path of a planned one on this machine, never through a link out of its root. */
export async function locatePath(
  { root, path }: PlannedPath,
  {
    workspaceDir,
    outsideDir,
  }: Pick<Surroundings, 'workspaceDir' | 'outsideDir'>,
): Promise<string> {
  if (root === 'workspace') return await resolveInside(workspaceDir, path);
  if (!outsideDir) {
    throw new Error(
      `"/${path}" lies outside the workspace, and this pod has no volume for it. Set OUTSIDE_DIR.`,
    );
  }
  return await resolveInside(outsideDir, path);
}
