import type { ContextPlan } from '@greenroom/context-tools';
import type { VolumeMount } from './PodTypes';

/** Whether anything of the plan belongs outside the workspace. */
export function hasOutside(plan: ContextPlan): boolean {
  return outsidePaths(plan).length > 0;
}

/**
 * Mounts of what belongs outside the workspace: each file by itself, so that it hides nothing the image has beside it.
 */
export function outsideMounts(plan: ContextPlan): VolumeMount[] {
  return outsidePaths(plan).map(path => ({
    name: 'outside',
    mountPath: `/${path}`,
    subPath: path,
  }));
}

/** A mount path of a manifest as an absolute one. */
export function absolutePath(path: string, workspaceDir: string): string {
  return path.startsWith('/') ? path : `${workspaceDir}/${path}`;
}

function outsidePaths(plan: ContextPlan): string[] {
  const places = [
    ...plan.files,
    ...plan.fetches.flatMap(({ target }) => target ?? []),
    ...plan.checkouts,
  ];
  const paths = places
    .filter(({ root }) => root === 'outside')
    .map(({ path }) => path);
  return [...new Set(paths)].sort();
}
