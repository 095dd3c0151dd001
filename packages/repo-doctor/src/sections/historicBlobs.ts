import type { Repository } from '../git/Repository';
import type { TimeBudget } from '../TimeBudget';

/** A large blob that some commit holds. */
export interface HistoricBlob {
  blob: string;
  path: string;
  bytes: number;
  packedBytes: number;
  /** Whether the inspected commit still has it. */
  inTree: boolean;
}

const LISTED = 30;

/**
 * The largest blobs of all history. Sizes come from the object store at once; paths are looked up for the largest only,
 * and the search ends when all are found or time is up.
 */
export async function readLargeHistoricBlobs(
  { git, files }: Repository,
  minimumBytes: number,
  budget: TimeBudget,
): Promise<{ blobs: HistoricBlob[]; packedBytes: number; limits: string[] }> {
  const large: Omit<HistoricBlob, 'path' | 'inTree'>[] = [];
  let packedBytes = 0;
  const objects = git.records([
    'cat-file',
    '--batch-all-objects',
    '--unordered',
    '--batch-check=%(objecttype) %(objectname) %(objectsize) %(objectsize:disk)',
  ]);
  for await (const object of objects) {
    const [type, blob, size, packed] = object.split(' ');
    packedBytes += Number(packed);
    if (type !== 'blob' || Number(size) < minimumBytes) continue;
    large.push({ blob, bytes: Number(size), packedBytes: Number(packed) });
  }
  large.sort((a, b) => b.bytes - a.bytes);
  const wanted = large.slice(0, LISTED);
  const inTree = new Map(files.map(file => [file.blob, file.path]));
  const paths = new Map<string, string>();
  const missing = new Set<string>();
  for (const { blob } of wanted) {
    const path = inTree.get(blob);
    if (path === undefined) missing.add(blob);
    else paths.set(blob, path);
  }
  const limits: string[] = [];
  if (missing.size) {
    for await (const line of git.records(['rev-list', '--objects', '--all'])) {
      const blob = line.slice(0, 40);
      if (missing.delete(blob)) paths.set(blob, line.slice(41));
      if (!missing.size) break;
      if (budget.isSpent) {
        limits.push('Not every large file of history could be named in time.');
        break;
      }
    }
  }
  return {
    // What no commit reaches has no path, and goes with the next clean-up.
    blobs: wanted.flatMap(each => {
      const path = paths.get(each.blob);
      return path ? [{ ...each, path, inTree: inTree.has(each.blob) }] : [];
    }),
    packedBytes,
    limits,
  };
}
