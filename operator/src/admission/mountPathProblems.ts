import {
  cleanPath,
  conflictingPaths,
  InvalidPathError,
  type ContextItem,
  type FieldProblem,
  type PathClaim,
} from '@greenroom/kinds';
import { invalidValue } from './Verdict';

/** Items that cannot be mounted where they say, or end where another one does. */
export function mountPathProblems(
  contexts: readonly Partial<ContextItem>[] | undefined,
  path: string,
  workspaceDir: string,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const claims: (PathClaim & { field: string; mountPath: string })[] = [];
  for (const [index, item] of (contexts ?? []).entries()) {
    const { mountPath, name = `item ${index}` } = item;
    if (!mountPath) continue;
    const field = `${path}[${index}].mountPath`;
    try {
      const cleaned = cleanPath(mountPath, workspaceDir);
      claims.push({
        name,
        path: cleaned,
        shape: shapeOf(item),
        field,
        mountPath,
      });
    } catch (error) {
      if (!(error instanceof InvalidPathError)) throw error;
      problems.push(invalidValue(field, mountPath, error.message));
    }
  }
  for (const { first, second, path: at } of conflictingPaths(claims)) {
    const claim = claims.find(({ name }) => name === second)!;
    problems.push(
      invalidValue(
        claim.field,
        claim.mountPath,
        `contexts "${first}" and "${second}" both claim ${at}. Give one of them another mountPath.`,
      ),
    );
  }
  return problems;
}

function shapeOf(item: Partial<ContextItem>): PathClaim['shape'] {
  if (item.type === 'Git') return 'folder';
  return item.type === 'ConfigMap' && !item.configMap?.key ? 'folder' : 'file';
}
