import type { SectionName } from '../Finding';
import type { FactsOf, Sections } from '../inspect';
import { bytesText, code, counted, escaped, grouped, table } from './markdown';

const LISTED_PEOPLE = 10;
const LISTED_FILES = 10;

const writers: { [N in SectionName]: (facts: FactsOf<N>) => string[] } = {
  secrets: facts => [
    `Searched ${counted(
      facts.treeFilesScanned,
      'file',
    )} of the tree and ${counted(
      facts.historicVersionsScanned,
      'older version',
    )}. The secrets themselves are in no output of this inspection.`,
    '',
  ],
  dependencies: facts =>
    facts.ecosystems.length
      ? table(
          [
            'Ecosystem',
            'Manifests',
            'Lock files',
            'Direct',
            'Transitive',
            'In several versions',
          ],
          facts.ecosystems.map(each => [
            each.ecosystem,
            String(each.manifests.length),
            String(each.lockFiles.length),
            `${each.direct} (${each.directRuntime} at run time)`,
            each.transitive === undefined
              ? 'not known'
              : grouped(each.transitive),
            each.ecosystem === 'Go' ? '·' : String(each.duplicated.length),
          ]),
        )
      : ['No manifest of npm, Go, Python, Rust or Java was found.', ''],
  licences: facts => [
    facts.root
      ? `The repository is under **${escaped(facts.root)}**.`
      : 'No known licence stands at the root.',
    '',
    ...table(
      ['Licence text', 'Recognised as'],
      facts.files
        .slice(0, LISTED_FILES)
        .map(({ path, spdx, hasAdditions }) => [
          code(path),
          spdx
            ? `${escaped(spdx)}${hasAdditions ? ' with additions' : ''}`
            : 'not recognised',
        ]),
    ),
    ...(facts.dependencies.length
      ? [
          `Locked packages by licence, as the lock file names them: ${facts.dependencies
            .slice(0, 12)
            .map(([licence, packages]) => `${escaped(licence)} ${packages}`)
            .join(', ')}.`,
          '',
        ]
      : []),
  ],
  checks: facts => [
    `${counted(facts.testFiles, 'test file')} beside ${counted(
      facts.sourceFiles,
      'file',
    )} of source. ${
      facts.ci.length
        ? `Continuous integration: ${facts.ci
            .map(({ system }) => system)
            .join(', ')}.`
        : 'No continuous integration.'
    }`,
    '',
    ...table(
      ['Language', 'Source files', 'Test files'],
      facts.byLanguage
        .slice(0, 8)
        .map(each => [
          each.language,
          grouped(each.source),
          grouped(each.tests),
        ]),
    ),
  ],
  history: facts => [
    `${counted(facts.commits, 'commit')} by ${counted(
      facts.contributorCount,
      'person',
      'people',
    )} from ${facts.firstCommit} to ${facts.lastCommit}; ${grouped(
      facts.commitsLastYear,
    )} of them in the last 12 months. Half of the recent work is by ${counted(
      facts.busFactor,
      'person',
      'people',
    )}.${
      facts.latestTag
        ? ` Latest of ${counted(facts.tags, 'tag')}: ${code(
            facts.latestTag.name,
          )}, ${facts.latestTag.date}.`
        : ''
    }`,
    '',
    ...table(
      ['Contributor', 'Commits', 'Last 12 months', 'First', 'Last'],
      facts.contributors
        .slice(0, LISTED_PEOPLE)
        .map(person => [
          `${escaped(person.name)}${person.isBot ? ' (bot)' : ''}`,
          grouped(person.commits),
          grouped(person.recentCommits),
          person.firstCommit,
          person.lastCommit,
        ]),
    ),
    ...(facts.hotSpots.length
      ? [
          `Where the latest ${grouped(facts.churnCommits)} commits happened:`,
          '',
        ]
      : []),
    ...table(
      ['File', 'Commits', 'Lines changed', 'Authors', 'Size'],
      facts.hotSpots
        .slice(0, LISTED_FILES)
        .map(spot => [
          code(spot.path),
          grouped(spot.commits),
          grouped(spot.linesChanged),
          String(spot.authors),
          bytesText(spot.bytes),
        ]),
    ),
  ],
  files: facts => [
    `${counted(facts.files, 'file')}, ${bytesText(facts.bytes)}; ${counted(
      facts.binaryFiles,
      'is',
      'are',
    )} binary (${bytesText(
      facts.binaryBytes,
    )}). All of history takes ${bytesText(facts.packedBytes)} packed. ${
      facts.languages.length
        ? `Source: ${facts.languages
            .slice(0, 6)
            .map(([language, bytes]) => `${language} ${bytesText(bytes)}`)
            .join(', ')}.`
        : ''
    }`,
    '',
    ...table(
      ['Largest files', 'Size', 'Kind'],
      facts.largest
        .slice(0, 5)
        .map(({ path, bytes, isBinary }) => [
          code(path),
          bytesText(bytes),
          isBinary ? 'binary' : 'text',
        ]),
    ),
  ],
  marks: facts => [
    Object.keys(facts.counts).length
      ? `${Object.entries(facts.counts)
          .map(([mark, number]) => `${grouped(number)} ${mark}`)
          .join(', ')}.`
      : 'No TODO, FIXME, XXX or HACK.',
    '',
  ],
};

/** What a section knows beside its findings, as paragraphs and tables. */
export function factLines(sections: Sections, name: SectionName): string[] {
  const section = sections[name];
  if (!section) return [];
  // Each writer gets the facts of its own section; the compiler cannot tie the two together.
  const write = writers[name] as (facts: unknown) => string[];
  return write(section.facts);
}
