/** One path that differs between two commits, as `git diff --raw` tells it. */
export interface TreeChange {
  path: string;
  /** Mode of the tree entry, such as `100644`; `000000` when it is not there. */
  oldMode: string;
  newMode: string;
  oldId: string;
  newId: string;
}

/** Reads the output of `git diff --raw -z --no-abbrev --no-renames`. */
export function readChanges(output: string): TreeChange[] {
  const fields = output.split('\0');
  const changes: TreeChange[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [oldMode, newMode, oldId, newId] = fields[index].slice(1).split(' ');
    changes.push({ path: fields[index + 1], oldMode, newMode, oldId, newId });
  }
  return changes;
}
