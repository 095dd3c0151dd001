import { isAbsolute, resolve } from 'node:path';
import { sectionNames, type SectionName } from './Finding';
import { proposeFixes } from './fixes/proposeFixes';
import { writeBranch } from './fixes/writeBranch';
import { writePatch } from './fixes/writePatch';
import { openRepository } from './git/Repository';
import { inspectSection } from './inspect';
import { writeAnswer, type BranchOutcome } from './report/writeAnswer';
import { writeChart } from './report/writeChart';
import { writeCsv } from './report/writeCsv';
import { writeReport } from './report/writeReport';
import { State } from './State';

/** Files that are handed over, in the order in which they are named. */
export const ARTIFACTS = ['report.md', 'findings.csv', 'chart.svg'] as const;

/** What every command is told. */
export interface CommandOptions {
  /** The repository's folder. */
  directory: string;
  /** The output folder; it may lie outside the repository. */
  out: string;
}

/** Notes what is inspected and clears what an earlier inspection left; answers with a line about the repository. */
export async function begin(
  { directory, out }: CommandOptions,
  now: Date,
): Promise<string> {
  const { name, head, branch, remote, isShallow, files } = await openRepository(
    directory,
  );
  await new State(absolute(out)).begin({
    repository: { name, head, branch, remote, isShallow },
    inspectedAt: now.toISOString(),
  });
  return `${name} at ${head.slice(0, 12)}${branch ? ` on ${branch}` : ''}, ${
    files.length
  } files`;
}

/** Inspects one section after the other; answers with a line about each. */
export async function* inspect(
  { directory, out }: CommandOptions,
  only: readonly SectionName[],
  sectionLimitMs: number,
): AsyncGenerator<string> {
  const state = new State(absolute(out));
  const { inspectedAt } = await state.inspected();
  const repository = await openRepository(directory);
  for (const name of only.length ? only : sectionNames) {
    const section = await inspectSection(name, {
      repository,
      now: new Date(inspectedAt),
      sectionLimitMs,
    });
    await state.saveSection(section);
    const count = section.findings.length;
    yield `${name}: ${
      count ? `${count} finding${count === 1 ? '' : 's'}` : 'nothing to report'
    } (${(section.durationMs / 1000).toFixed(1)} s)`;
  }
}

/** Works out the fixes and writes report, table, chart, patch and findings.json; answers with the number of fixes. */
export async function report({
  directory,
  out,
}: CommandOptions): Promise<number> {
  const state = new State(absolute(out));
  const inspected = await state.inspected();
  const repository = await openRepository(directory);
  const fixes = await proposeFixes(repository, inspected.sections);
  await state.saveFixes(fixes);
  await state.write(
    'fixes.patch',
    await writePatch(repository.git, repository.head, fixes),
  );
  await state.write('report.md', writeReport(inspected, fixes));
  await state.write('findings.csv', writeCsv(inspected));
  await state.write('chart.svg', writeChart(inspected));
  await state.write(
    'findings.json',
    `${JSON.stringify(inspected, undefined, 2)}\n`,
  );
  return fixes.length;
}

/** Writes the branch with the fixes that `report` worked out; answers with the last commit's id. */
export async function applyFixes(
  { directory, out }: CommandOptions,
  branch: string,
): Promise<string> {
  const state = new State(absolute(out));
  const [{ repository: inspectedRepository }, fixes] = await Promise.all([
    state.inspected(),
    state.fixes(),
  ]);
  const repository = await openRepository(directory);
  if (!fixes.length)
    throw new Error('There is nothing to fix, so no branch was written.');
  return writeBranch(repository.git, inspectedRepository.head, branch, fixes);
}

/** The answer of a task. */
export async function answer(
  { out }: CommandOptions,
  outcome: { branch: string; where: string } | { why: string },
): Promise<string> {
  const state = new State(absolute(out));
  const fixes = await state.fixes();
  return writeAnswer(
    await state.inspected(),
    ARTIFACTS,
    branchOutcome(fixes.length, outcome),
  );
}

function branchOutcome(
  fixes: number,
  outcome: { branch: string; where: string } | { why: string },
): BranchOutcome {
  if (!fixes) return { outcome: 'nothing to fix' };
  if ('why' in outcome) return { outcome: 'not written', why: outcome.why };
  return { outcome: 'written', commits: fixes, ...outcome };
}

function absolute(path: string): string {
  return isAbsolute(path) ? path : resolve(path);
}
