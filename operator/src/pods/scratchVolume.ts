import { scratchDir } from './mountPaths';
import type { EnvVar, VolumeMount } from './PodTypes';

/** Home and temporary files go to the scratch volume. */
export const scratchEnv: EnvVar[] = [
  { name: 'HOME', value: scratchDir },
  { name: 'TMPDIR', value: scratchDir },
];

/** Each container has a part of the scratch volume to itself: what one leaves there, no other reads. */
export function scratchMount(container: string): VolumeMount {
  return { name: 'scratch', mountPath: scratchDir, subPath: container };
}
