import type { Finding, Place } from '../Finding';
import type { InspectionContext, SectionResult } from '../Inspection';
import { isExample, isGenerated } from '../paths/pathKinds';
import { findSecrets } from '../secrets/SecretScanner';

export interface MarksFacts {
  /** How often each mark stands in the tree. */
  counts: Record<string, number>;
  /** Files with most marks. */
  files: [path: string, marks: number][];
  oldest: {
    path: string;
    line: number;
    mark: string;
    date: string;
    text: string;
  }[];
}

/** Hits beyond this are counted no more: a list nobody will read. */
const HIT_LIMIT = 20_000;
/** Marks whose age is looked up; blame is the dearest question git answers. */
const BLAMED = 40;
const BLAME_LIMIT_MS = 10_000;
/** Read of a line; longer ones are generated. */
const LINE_LENGTH = 2_000;
const SHOWN_LENGTH = 100;

interface Hit {
  path: string;
  line: number;
  mark: string;
  text: string;
}

/** What people left behind: notes to themselves, conflict markers, tests that were narrowed. */
export async function inspectMarks({
  repository,
}: InspectionContext): Promise<SectionResult<MarksFacts>> {
  const limits: string[] = [];
  const notes = await grep(repository.git, repository.head, {
    // A mark stands alone: after it no letter, digit or closing of a string.
    pattern: '(^|[^A-Za-z0-9_])(TODO|FIXME|XXX|HACK)([^A-Za-z0-9_]|$)',
    paths: [],
  });
  const own = notes.hits.filter(({ path }) => !isGenerated(path));
  if (notes.isCut)
    limits.push(`Only the first ${HIT_LIMIT} marks were counted.`);
  const conflicts = await grep(repository.git, repository.head, {
    pattern: '^(<<<<<<< |>>>>>>> )',
    paths: [],
  });
  const focused = await grep(repository.git, repository.head, {
    pattern: '^[[:space:]]*(describe|it|test|context)\\.only\\(',
    paths: ['*.js', '*.jsx', '*.ts', '*.tsx', '*.mjs', '*.cjs'],
  });
  const counts: Record<string, number> = {};
  const perFile = new Map<string, number>();
  for (const { mark, path } of own) {
    counts[mark] = (counts[mark] ?? 0) + 1;
    perFile.set(path, (perFile.get(path) ?? 0) + 1);
  }
  const facts: MarksFacts = {
    counts,
    files: [...perFile].sort((a, b) => b[1] - a[1]).slice(0, 20),
    oldest: await datesOf(repository, own.slice(0, BLAMED)),
  };
  return {
    facts,
    findings: findingsOf(facts, own, conflicts.hits, focused.hits),
    limits,
  };
}

function findingsOf(
  facts: MarksFacts,
  notes: Hit[],
  conflicts: Hit[],
  focused: Hit[],
): Finding[] {
  const findings: Finding[] = [];
  // Both kinds of marker in one file: a line of "<" alone may underline a heading.
  const conflicted = [...new Set(conflicts.map(hit => hit.path))].filter(
    path =>
      !isExample(path) &&
      conflicts.some(hit => hit.path === path && hit.text.startsWith('<')) &&
      conflicts.some(hit => hit.path === path && hit.text.startsWith('>')),
  );
  if (conflicted.length) {
    findings.push({
      id: 'conflict-marker',
      severity: 'high',
      title: `Unresolved merge conflicts are committed in ${
        conflicted.length
      } file${plural(conflicted.length)}`,
      evidence: conflicted.slice(0, 10).map(path => `\`${path}\``),
      places: conflicts
        .filter(hit => conflicted.includes(hit.path))
        .map(placeOf),
      advice: 'Decide each conflict and remove the markers.',
    });
  }
  if (focused.length) {
    findings.push({
      id: 'focused-test',
      severity: 'medium',
      title: `${focused.length} test${plural(
        focused.length,
      )} marked ".only" keep${
        focused.length === 1 ? 's' : ''
      } others from running`,
      evidence: focused.slice(0, 10).map(at),
      places: focused.map(placeOf),
      advice: 'Remove ".only".',
    });
  }
  if (notes.length) {
    const summary = Object.entries(facts.counts)
      .map(([mark, number]) => `${number} ${mark}`)
      .join(', ');
    const [oldest] = facts.oldest;
    findings.push({
      id: 'marks',
      severity: facts.counts.FIXME ? 'low' : 'info',
      title: `${notes.length} note${plural(
        notes.length,
      )} of unfinished work (${summary})`,
      evidence: [
        ...(oldest
          ? [
              `The oldest looked at: \`${oldest.path}:${oldest.line}\`, ${oldest.date}: ${oldest.text}`,
            ]
          : []),
        ...facts.files
          .slice(0, 5)
          .map(([path, marks]) => `\`${path}\`: ${marks}`),
      ],
      places: notes.slice(0, 200).map(placeOf),
      advice: 'Turn what matters into issues and delete the rest.',
    });
  }
  return findings;
}

async function grep(
  git: InspectionContext['repository']['git'],
  head: string,
  { pattern, paths }: { pattern: string; paths: string[] },
): Promise<{ hits: Hit[]; isCut: boolean }> {
  const hits: Hit[] = [];
  const lines = git.records(
    ['grep', '-n', '-z', '-I', '-E', '-e', pattern, head, '--', ...paths],
    '\n',
    { allowedExitCodes: [0, 1] },
  );
  for await (const line of lines) {
    const [place, number, text = ''] = line.split('\0');
    hits.push({
      // The commit stands before the path: "<id>:<path>".
      path: place.slice(head.length + 1),
      line: Number(number),
      mark: /TODO|FIXME|XXX|HACK/.exec(text)?.[0] ?? '',
      text: text.trim().slice(0, LINE_LENGTH),
    });
    if (hits.length >= HIT_LIMIT) return { hits, isCut: true };
  }
  return { hits, isCut: false };
}

async function datesOf(
  { git, head }: InspectionContext['repository'],
  hits: Hit[],
): Promise<MarksFacts['oldest']> {
  const started = performance.now();
  const dated: MarksFacts['oldest'] = [];
  for (const { path, line, mark, text } of hits) {
    if (performance.now() - started > BLAME_LIMIT_MS) break;
    const blame = await git.maybe([
      'blame',
      '--porcelain',
      `-L${line},${line}`,
      head,
      '--',
      path,
    ]);
    const time = /^author-time (\d+)$/m.exec(blame ?? '')?.[1];
    if (!time) continue;
    const date = new Date(Number(time) * 1000).toISOString().slice(0, 10);
    dated.push({ path, line, mark, date, text: await shown(text, path) });
  }
  return dated.sort((a, b) => a.date.localeCompare(b.date)).slice(0, 10);
}

/** A note may stand beside a secret: then only its place is shown. Judged before it is cut, or half would get through. */
async function shown(text: string, path: string): Promise<string> {
  const secrets = await findSecrets(text, path);
  return secrets.length
    ? '(not shown: the line holds what looks like a secret)'
    : text.slice(0, SHOWN_LENGTH);
}

function placeOf({ path, line }: Hit): Place {
  return { path, line };
}

function at({ path, line }: Hit): string {
  return `\`${path}:${line}\``;
}

function plural(count: number): string {
  return count === 1 ? '' : 's';
}
