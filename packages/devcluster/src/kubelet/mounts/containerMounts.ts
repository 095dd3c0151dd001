import { isAbsolute, join, normalize } from 'node:path';
import { expandVariables } from '../environment/expandVariables';
import type { Container } from '../pods/podParts';
import { VolumeError } from '../volumes/PayloadFile';
import type { PathMapping } from './rewritePaths';

/** One volume mount of a container with its place on the host. */
export interface ContainerMount extends PathMapping {
  readOnly: boolean;
  /** The mount is a part of the volume, which is made if it does not exist. */
  hasSubPath: boolean;
}

/** Where each mount of a container lies on the host. Throws {@link VolumeError} for a `subPath` that leads out of its volume. */
export function containerMounts(
  container: Container,
  environment: ReadonlyMap<string, string>,
  pathOf: (volume: string) => string,
): ContainerMount[] {
  return (container.volumeMounts ?? []).map(mount => {
    const subPath = mount.subPathExpr
      ? expandVariables(mount.subPathExpr, environment)
      : mount.subPath ?? '';
    const normal = normalize(subPath || '.');
    if (isAbsolute(normal) || normal === '..' || normal.startsWith('../')) {
      throw new VolumeError(
        `the subPath "${subPath}" of volume "${mount.name}" leads out of the volume`,
      );
    }
    return {
      inside: withoutTrailingSlash(mount.mountPath),
      outside: join(pathOf(mount.name), normal),
      readOnly: mount.readOnly ?? false,
      hasSubPath: normal !== '.',
    };
  });
}

function withoutTrailingSlash(path: string): string {
  const normal = normalize(path);
  return normal.length > 1 && normal.endsWith('/')
    ? normal.slice(0, -1)
    : normal;
}
