import { allFindings, countBySeverity, type Inspected } from './Inspected';
import { sentence } from './markdown';
import { verdict } from './writeReport';

const NAMED_FINDINGS = 5;

/** What became of the branch with the proposed fixes. */
export type BranchOutcome =
  | { outcome: 'nothing to fix' }
  | { outcome: 'written'; branch: string; commits: number; where: string }
  | { outcome: 'not written'; why: string };

/** The inspection in a few lines: how things stand, what comes first, what was done and where the rest is. */
export function writeAnswer(
  inspected: Inspected,
  artifacts: readonly string[],
  branch: BranchOutcome,
): string {
  const findings = allFindings(inspected);
  const { name, head } = inspected.repository;
  const pressing = findings.filter(
    ({ severity }) => severity === 'high' || severity === 'medium',
  );
  return [
    `**${sentence(name)}** at ${head.slice(0, 12)}: ${verdict(
      countBySeverity(findings),
    )}`,
    '',
    ...pressing
      .slice(0, NAMED_FINDINGS)
      .map(({ severity, title }) => `- ${severity}: ${sentence(title)}`),
    ...(pressing.length > NAMED_FINDINGS
      ? [`- and ${pressing.length - NAMED_FINDINGS} more of weight`]
      : []),
    ...(pressing.length ? [''] : []),
    branchLine(branch),
    '',
    `Artifacts: ${artifacts.join(', ')}.`,
  ].join('\n');
}

function branchLine(branch: BranchOutcome): string {
  switch (branch.outcome) {
    case 'written':
      return `Proposed fixes: ${branch.commits} commit${
        branch.commits === 1 ? '' : 's'
      } on the new branch \`${branch.branch}\` in ${branch.where}.`;
    case 'not written':
      return `No branch was written: ${branch.why} The proposed fixes are in fixes.patch.`;
    default:
      return 'Nothing was found that could be fixed safely without knowing the project, so no branch was written.';
  }
}
