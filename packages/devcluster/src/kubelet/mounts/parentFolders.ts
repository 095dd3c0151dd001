import { mkdir, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { PathMapping } from './rewritePaths';

/**
 * Folders that are no mounts themselves, but have mounts in them and are named by a value, such as
 * `/etc/greenroom/credentials` where each credential is mounted below it.
 */
export function namedParents(
  mounts: readonly PathMapping[],
  values: Iterable<string>,
): string[] {
  const mounted = new Set(mounts.map(({ inside }) => inside));
  const parents = new Set<string>();
  for (const inside of mounted) {
    for (let up = dirname(inside); up !== '/'; up = dirname(up)) {
      if (!mounted.has(up)) parents.add(up);
    }
  }
  return [...new Set(values)].filter(value => parents.has(value)).sort();
}

/** Makes each parent a folder on the host, with links to the mounts below it, and says where it lies. */
export async function makeParentFolders(
  root: string,
  parents: readonly string[],
  mounts: readonly PathMapping[],
): Promise<PathMapping[]> {
  return Promise.all(
    parents.map(async inside => {
      const outside = join(root, 'parents', inside);
      await rm(outside, { recursive: true, force: true });
      await mkdir(outside, { recursive: true });
      const below = mounts
        .filter(mount => mount.inside.startsWith(`${inside}/`))
        .sort((left, right) => left.inside.length - right.inside.length);
      const linked: string[] = [];
      for (const mount of below) {
        // What lies inside another mount is that volume's own affair.
        if (linked.some(each => mount.inside.startsWith(`${each}/`))) continue;
        const link = join(outside, relative(inside, mount.inside));
        await mkdir(dirname(link), { recursive: true });
        await symlink(mount.outside, link);
        linked.push(mount.inside);
      }
      return { inside, outside };
    }),
  );
}
