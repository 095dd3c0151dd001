import type { ProcessEntry } from './ProcessTable';

/** Everything that belongs to a process as far as parents and groups tell: itself, its group, and the descendants of all of them. */
export function familyOf(
  leader: number,
  processes: readonly ProcessEntry[],
): ProcessEntry[] {
  const family = new Set<number>([leader]);
  for (const { pid, group } of processes) {
    if (group === leader) family.add(pid);
  }
  // Children may stand before their parents in the table, so go on until nothing is added.
  for (let before = -1; before !== family.size; ) {
    before = family.size;
    for (const { pid, parent } of processes) {
      if (family.has(parent)) family.add(pid);
    }
  }
  return processes.filter(({ pid }) => family.has(pid));
}
