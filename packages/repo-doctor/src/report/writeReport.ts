import { sectionNames, type SectionName, type Severity } from '../Finding';
import type { Fix } from '../fixes/Fix';
import { factLines } from './factLines';
import {
  allFindings,
  countBySeverity,
  type Inspected,
  type PlacedFinding,
} from './Inspected';
import { code, counted, escaped, sentence, table } from './markdown';

/** Headings of the sections, in words for people. */
export const SECTION_TITLES: Record<SectionName, string> = {
  secrets: 'Secrets',
  dependencies: 'Dependencies',
  licences: 'Licences',
  checks: 'Tests and continuous integration',
  history: 'History and people',
  files: 'Files',
  marks: 'Notes left behind',
};

const SEVERITY_WORDS: Record<Severity, string> = {
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  info: 'Note',
};

/** Findings named in the summary; a longer list would not be one. */
const FIRST_THINGS = 8;
const EVIDENCE_LINES = 15;

/** The report a maintainer can forward: what matters first, each finding with what shows it and what to do. */
export function writeReport(
  inspected: Inspected,
  fixes: readonly Fix[],
): string {
  const findings = allFindings(inspected);
  return `${[
    ...headLines(inspected),
    ...summaryLines(inspected, findings),
    ...sectionNames.flatMap(name => sectionLines(inspected, name)),
    ...fixLines(fixes),
    ...limitLines(inspected),
  ].join('\n')}\n`;
}

function headLines({ repository, inspectedAt }: Inspected): string[] {
  const { name, head, branch, remote } = repository;
  return [
    `# Health of ${escaped(name)}`,
    '',
    [
      `Commit ${code(head.slice(0, 12))}${branch ? ` on ${code(branch)}` : ''}`,
      remote && `from ${code(remote)}`,
      `inspected on ${inspectedAt.slice(0, 10)} by repo-doctor`,
    ]
      .filter(Boolean)
      .join(', ')
      .concat('.'),
    '',
  ];
}

function summaryLines(
  inspected: Inspected,
  findings: PlacedFinding[],
): string[] {
  const counts = countBySeverity(findings);
  const pressing = findings.filter(
    ({ severity }) => severity === 'high' || severity === 'medium',
  );
  const rows = sectionNames.flatMap(name => {
    const section = inspected.sections[name];
    if (!section) return [];
    const own = countBySeverity(section.findings);
    return [
      [
        `[${SECTION_TITLES[name]}](#${anchor(SECTION_TITLES[name])})`,
        ...(['high', 'medium', 'low', 'info'] as const).map(severity =>
          own[severity] ? String(own[severity]) : '·',
        ),
      ],
    ];
  });
  return [
    '## Summary',
    '',
    verdict(counts),
    '',
    ...table(['Section', 'High', 'Medium', 'Low', 'Note'], rows),
    ...(pressing.length
      ? [
          '**First things first**',
          '',
          ...pressing
            .slice(0, FIRST_THINGS)
            .map(
              ({ severity, title, advice }, index) =>
                `${index + 1}. **${SEVERITY_WORDS[severity]}:** ${sentence(
                  title,
                )}. ${sentence(advice)}`,
            ),
          ...(pressing.length > FIRST_THINGS
            ? [
                '',
                `… and ${pressing.length - FIRST_THINGS} more of weight below.`,
              ]
            : []),
          '',
        ]
      : []),
  ];
}

/** One sentence on how things stand. */
export function verdict(counts: Record<Severity, number>): string {
  const smaller = counts.low + counts.info;
  const rest = smaller ? `, and ${counted(smaller, 'smaller point')}` : '';
  if (counts.high) {
    return `${counted(
      counts.high,
      'finding needs',
      'findings need',
    )} action now${
      counts.medium ? `, ${counts.medium} more soon` : ''
    }${rest}.`;
  }
  if (counts.medium) {
    return `Nothing is urgent; ${counted(
      counts.medium,
      'finding deserves',
      'findings deserve',
    )} attention soon${rest}.`;
  }
  if (smaller)
    return `In good health: ${counted(
      smaller,
      'smaller point',
    )}, nothing of weight.`;
  return 'In good health: nothing was found.';
}

function sectionLines(inspected: Inspected, name: SectionName): string[] {
  const section = inspected.sections[name];
  if (!section) return [];
  return [
    `## ${SECTION_TITLES[name]}`,
    '',
    ...factLines(inspected.sections, name),
    ...section.findings.flatMap(({ severity, title, evidence, advice }) => [
      `### ${SEVERITY_WORDS[severity]}: ${sentence(title)}`,
      '',
      ...evidence.slice(0, EVIDENCE_LINES).map(line => `- ${sentence(line)}`),
      ...(evidence.length ? [''] : []),
      `**What to do:** ${sentence(advice)}`,
      '',
    ]),
    ...(section.findings.length ? [] : ['Nothing to report.', '']),
  ];
}

function fixLines(fixes: readonly Fix[]): string[] {
  if (!fixes.length) return [];
  return [
    '## Proposed fixes',
    '',
    'Small and safe changes, each a commit of its own on a new branch, written only with permission:',
    '',
    ...fixes.map(
      ({ title, why, changes }) =>
        `- **${sentence(title)}.** ${sentence(why)} (${changes
          .slice(0, 4)
          .map(({ path }) => code(path))
          .join(', ')}${
          changes.length > 4 ? ` and ${changes.length - 4} more` : ''
        })`,
    ),
    '',
  ];
}

function limitLines({ sections }: Inspected): string[] {
  const limits = sectionNames.flatMap(name =>
    (sections[name]?.limits ?? []).map(
      limit => `- ${SECTION_TITLES[name]}: ${sentence(limit)}`,
    ),
  );
  const missing = sectionNames
    .filter(name => !sections[name])
    .map(name => `- ${SECTION_TITLES[name]}: not inspected.`);
  if (!limits.length && !missing.length) return [];
  return ['## What was not looked at', '', ...limits, ...missing, ''];
}

function anchor(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
}
