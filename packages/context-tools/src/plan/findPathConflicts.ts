import type { ContextConflict, PlannedPath } from './ContextPlan';

/** A place that one item takes: a file for itself alone, or a folder that others may put files into. */
export interface PathClaim extends PlannedPath {
  context: string;
  holds: 'file' | 'folder';
}

function describePlace(place: PlannedPath): string {
  if (place.root === 'outside') return `"/${place.path}"`;
  return place.path === ''
    ? 'the workspace itself'
    : `"${place.path}" in the workspace`;
}

function keyOf(place: PlannedPath): string {
  return `${place.root}:${place.path}`;
}

/** The folders above a path, nearest first, without the root. */
function* foldersAbove(path: string): Generator<string> {
  for (
    let slash = path.lastIndexOf('/');
    slash > 0;
    slash = path.lastIndexOf('/', slash - 1)
  ) {
    yield path.slice(0, slash);
  }
}

/** Two claims to one place, and claims inside another claim's file. Claims of one item do not disturb each other. */
export function findPathConflicts(
  claims: readonly PathClaim[],
): ContextConflict[] {
  const conflicts: ContextConflict[] = [];
  const taken = new Map<string, PathClaim>();
  for (const claim of claims) {
    const earlier = taken.get(keyOf(claim));
    if (!earlier) {
      taken.set(keyOf(claim), claim);
    } else if (earlier.context !== claim.context) {
      conflicts.push({
        context: claim.context,
        reason: 'PathConflict',
        message: `Contexts "${earlier.context}" and "${
          claim.context
        }" both go to ${describePlace(
          claim,
        )}. Give one of them another mountPath.`,
      });
    }
  }
  for (const claim of claims) {
    for (const folder of foldersAbove(claim.path)) {
      const above = taken.get(keyOf({ root: claim.root, path: folder }));
      if (above?.holds === 'file' && above.context !== claim.context) {
        conflicts.push({
          context: claim.context,
          reason: 'PathConflict',
          message: `Context "${claim.context}" goes to ${describePlace(
            claim,
          )}, but context "${above.context}" makes ${describePlace(
            above,
          )} a file. Give one of them another mountPath.`,
        });
        break;
      }
    }
  }
  return conflicts;
}
