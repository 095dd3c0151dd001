import { readdirSync, readFileSync } from 'node:fs';

/** Time a group has to end by itself; with it an end is seen well within the second that a cancel may take. */
const GRACE_MS = 400;

/**
 * Ends a process, its group, and its descendants that moved to a group or session of their own:
 * politely first, then by force.
 */
export function killProcessTree(pid: number): void {
  const groups = groupsBelow(pid);
  for (const group of groups) signalGroup(group, 'SIGTERM');
  setTimeout(() => {
    for (const group of new Set([...groups, ...groupsBelow(pid)])) {
      signalGroup(group, 'SIGKILL');
    }
  }, GRACE_MS);
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // No such group: it has ended, which is what was wanted.
  }
}

/** Process groups of a process and all its living descendants, from /proc where there is one. */
function groupsBelow(root: number): number[] {
  const children = new Map<number, { pid: number; group: number }[]>();
  for (const entry of processEntries()) {
    const siblings = children.get(entry.parent) ?? [];
    siblings.push(entry);
    children.set(entry.parent, siblings);
  }
  const groups = new Set([root]);
  const pending = [root];
  while (pending.length) {
    for (const child of children.get(pending.pop()!) ?? []) {
      groups.add(child.group);
      pending.push(child.pid);
    }
  }
  return [...groups];
}

function* processEntries(): Generator<{
  pid: number;
  parent: number;
  group: number;
}> {
  let names: string[] = [];
  try {
    names = readdirSync('/proc');
  } catch {
    return; // Not Linux: the process group alone has to do.
  }
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      // The command's name stands in parentheses and may hold anything, spaces and parentheses included.
      const [, parent, group] = stat
        .slice(stat.lastIndexOf(')') + 2)
        .split(' ');
      yield { pid: Number(name), parent: Number(parent), group: Number(group) };
    } catch {
      // It ended between the listing and the read.
    }
  }
}
