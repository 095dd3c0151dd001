import type { Git } from '../git/Git';
import type { TimeBudget } from '../TimeBudget';

/** How often and by whom a file changed in the commits looked at. */
export interface Churn {
  path: string;
  commits: number;
  linesChanged: number;
  authors: number;
  /** Share of the commits made by whoever made the most, 0 to 1. */
  mainAuthorShare: number;
  mainAuthor: string;
}

/** Commits whose files are compared: enough to see what is hot today, and bounded on a long history. */
export const CHURN_COMMITS = 5_000;

/** A commit that touches more files is a mass change (formatting, renaming) and says nothing about any one of them. */
const MASS_CHANGE_FILES = 200;

/** Counts changes per file in the latest commits, newest first, as far as time allows. */
export async function readChurn(
  git: Git,
  head: string,
  budget: TimeBudget,
): Promise<{ files: Churn[]; commits: number }> {
  const files = new Map<
    string,
    { commits: number; lines: number; authors: Map<string, number> }
  >();
  let commits = 0;
  let author = '';
  let changes: [path: string, lines: number][] = [];
  const count = () => {
    if (changes.length > MASS_CHANGE_FILES) return;
    for (const [path, lines] of changes) {
      const file = files.get(path) ?? {
        commits: 0,
        lines: 0,
        authors: new Map(),
      };
      file.commits += 1;
      file.lines += lines;
      file.authors.set(author, (file.authors.get(author) ?? 0) + 1);
      files.set(path, file);
    }
  };
  const records = git.records([
    'log',
    '--no-merges',
    '--no-renames',
    '--no-ext-diff',
    '--no-textconv',
    '--numstat',
    `--max-count=${CHURN_COMMITS}`,
    '--format=%x1e%aN',
    head,
  ]);
  for await (const record of records) {
    if (record.startsWith('\x1e')) {
      count();
      changes = [];
      author = record.slice(1);
      commits += 1;
      if (budget.isSpent) break;
    } else if (record) {
      const [added, removed, path] = record.split('\t');
      // Binary files have dashes for numbers.
      if (path)
        changes.push([path, (Number(added) || 0) + (Number(removed) || 0)]);
    }
  }
  count();
  return {
    commits,
    files: [...files]
      .map(([path, file]) => {
        const [mainAuthor, most] = [...file.authors].sort(
          (a, b) => b[1] - a[1],
        )[0];
        return {
          path,
          commits: file.commits,
          linesChanged: file.lines,
          authors: file.authors.size,
          mainAuthor,
          mainAuthorShare: most / file.commits,
        };
      })
      .sort((a, b) => b.commits - a.commits || b.linesChanged - a.linesChanged),
  };
}
