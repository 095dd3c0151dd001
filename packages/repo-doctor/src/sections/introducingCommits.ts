import type { Repository } from '../git/Repository';
import { TimeBudget } from '../TimeBudget';

/** Naming a commit is a courtesy; the finding stands without it. */
const LIMIT_MS = 15_000;

/** The latest commit that put each blob into a tree, as far as they are found in time. */
export async function introducingCommits(
  { git }: Repository,
  blobs: ReadonlySet<string>,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  if (!blobs.size) return found;
  const budget = new TimeBudget(LIMIT_MS, () => performance.now());
  let commit = '';
  const records = git.records([
    'log',
    '--all',
    '--raw',
    '--no-abbrev',
    '--no-renames',
    '--no-ext-diff',
    '--format=%x1e%H',
  ]);
  for await (const record of records) {
    if (record.startsWith('\x1e')) {
      commit = record.slice(1);
      if (budget.isSpent) break;
    } else if (record.startsWith(':')) {
      // ":<old mode> <new mode> <old blob> <new blob> <status>\t<path>"
      const blob = record.split(' ')[3];
      if (blobs.has(blob) && !found.has(blob)) found.set(blob, commit);
      if (found.size === blobs.size) break;
    }
  }
  return found;
}
