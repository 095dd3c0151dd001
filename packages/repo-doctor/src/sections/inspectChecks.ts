import type { Finding } from '../Finding';
import type { TreeFile } from '../git/Repository';
import type { InspectionContext, SectionResult } from '../Inspection';
import { isGenerated, languageOf } from '../paths/pathKinds';

export interface ChecksFacts {
  testFiles: number;
  sourceFiles: number;
  /** By language: files of source and of tests. */
  byLanguage: { language: string; source: number; tests: number }[];
  /** Whether a folder is named for tests, whatever language they are in. */
  hasTestFolder: boolean;
  testCommand?: string;
  ci: { system: string; files: string[] }[];
  documents: Record<string, boolean>;
  unpinnedActions: { path: string; line: number; uses: string }[];
}

const CI_SYSTEMS: readonly [system: string, pattern: RegExp][] = [
  ['GitHub Actions', /^\.github\/workflows\/[^/]+\.ya?ml$/],
  ['GitLab CI', /^\.gitlab-ci\.yml$/],
  ['Jenkins', /(^|\/)Jenkinsfile[^/]*$/],
  ['CircleCI', /^\.circleci\/config\.yml$/],
  ['Azure Pipelines', /(^|\/)azure-pipelines[^/]*\.ya?ml$/],
  ['Travis CI', /^\.travis\.yml$/],
  ['Buildkite', /^\.buildkite\//],
  ['Drone', /^\.drone\.ya?ml$/],
  ['Woodpecker', /^\.woodpecker(\/|\.ya?ml$)/],
  ['Bitbucket Pipelines', /^bitbucket-pipelines\.yml$/],
  ['Tekton', /^\.tekton\//],
  ['Prow', /^\.prow(\/|\.ya?ml$)/],
  ['Cirrus CI', /^\.cirrus\.yml$/],
  ['Appveyor', /^\.?appveyor\.yml$/],
  ['a script in .ci', /^\.ci\//],
];

const TEST_FILE =
  /(^|\/)(tests?|__tests__|specs?|e2e|conformance)\/.*\.[a-z]+$|[._-](test|spec)\.[a-z]+$|_test\.(go|py|rb|exs)$|(^|\/)test_[^/]+\.py$|Tests?\.(java|kt|cs|scala)$/i;

const TEST_FOLDER = /(^|\/)(tests?|__tests__|specs?|t|e2e)\//;

const DOCUMENTS: Record<string, RegExp> = {
  README: /^readme(\.[a-z]+)?$/i,
  CONTRIBUTING: /^(\.github\/|docs\/)?contributing(\.[a-z]+)?$/i,
  SECURITY: /^(\.github\/|docs\/)?security(\.[a-z]+)?$/i,
  CHANGELOG: /^(changelog|changes|history|news)(\.[a-z]+)?$/i,
  CODEOWNERS: /^(\.github\/|docs\/)?codeowners$/i,
};

/** Below this many files of source a repository may well do without tests. */
const FEW_SOURCES = 5;

/** Tests, continuous integration and the documents people look for. */
export async function inspectChecks({
  repository,
}: InspectionContext): Promise<SectionResult<ChecksFacts>> {
  const paths = repository.files.map(file => file.path);
  const ci = CI_SYSTEMS.flatMap(([system, pattern]) => {
    const files = paths.filter(path => pattern.test(path));
    return files.length ? [{ system, files: files.slice(0, 20) }] : [];
  });
  const workflows = await repository.read(
    ci.find(({ system }) => system === 'GitHub Actions')?.files ?? [],
  );
  const byLanguage = languagesOf(repository.files);
  const inRust = byLanguage.some(({ language }) => language === 'Rust')
    ? await countInlineRustTests(repository)
    : 0;
  const facts: ChecksFacts = {
    testFiles: byLanguage.reduce((sum, each) => sum + each.tests, 0) + inRust,
    sourceFiles: byLanguage.reduce((sum, each) => sum + each.source, 0),
    byLanguage,
    hasTestFolder: paths.some(path => TEST_FOLDER.test(path)),
    testCommand: await testCommandOf(repository),
    ci,
    documents: Object.fromEntries(
      Object.entries(DOCUMENTS).map(([name, pattern]) => [
        name,
        paths.some(path => pattern.test(path)),
      ]),
    ),
    unpinnedActions: unpinnedActionsOf(workflows),
  };
  return {
    facts,
    findings: [...findingsOf(facts), ...workflowFindings(workflows, facts)],
    limits: [],
  };
}

function findingsOf(facts: ChecksFacts): Finding[] {
  const findings: Finding[] = [];
  const { sourceFiles, testFiles } = facts;
  if (sourceFiles >= FEW_SOURCES && testFiles === 0 && !facts.hasTestFolder) {
    findings.push({
      id: 'no-tests',
      severity: 'medium',
      title: `No test was found beside ${sourceFiles} files of source`,
      evidence: [],
      places: [],
      advice:
        'Begin with one test of what must not break, and run it on every change.',
    });
  } else if (sourceFiles >= 50 && testFiles / sourceFiles < 0.05) {
    findings.push({
      id: 'few-tests',
      severity: 'low',
      title: `Only ${testFiles} test file${
        testFiles === 1 ? '' : 's'
      } for ${sourceFiles} files of source`,
      evidence: facts.byLanguage
        .slice(0, 5)
        .map(
          each =>
            `${each.language}: ${each.tests} of ${each.source + each.tests}`,
        ),
      places: [],
      advice: 'Test the hot spots first: that is where changes happen.',
    });
  }
  if (!facts.ci.length && sourceFiles >= FEW_SOURCES) {
    findings.push({
      id: 'no-ci',
      severity: 'medium',
      title: 'No continuous integration is set up',
      evidence: [],
      places: [],
      advice: `Run ${
        facts.testCommand ? `"${facts.testCommand}"` : 'the tests'
      } on every change, so that a broken one is seen before it is merged.`,
    });
  }
  if (!facts.documents.README) {
    findings.push({
      id: 'no-readme',
      severity: 'medium',
      title: 'There is no README',
      evidence: [],
      places: [],
      advice:
        'Say in one what this is, how to build it and how to run its tests.',
    });
  }
  const missing = ['CONTRIBUTING', 'SECURITY'].filter(
    name => !facts.documents[name],
  );
  if (missing.length && facts.documents.README && sourceFiles >= 20) {
    findings.push({
      id: 'no-documents',
      severity: 'info',
      title: `There is no ${missing.join(' and no ')} document`,
      evidence: [],
      places: [],
      advice:
        'CONTRIBUTING tells newcomers how to change things, SECURITY how to report a hole in private.',
    });
  }
  return findings;
}

function workflowFindings(
  workflows: ReadonlyMap<string, string>,
  { unpinnedActions }: ChecksFacts,
): Finding[] {
  const findings: Finding[] = [];
  const risky = [...workflows].filter(
    ([, text]) =>
      /pull_request_target/.test(text) &&
      /ref:\s*\$\{\{\s*github\.(event\.pull_request\.head|head_ref)/.test(text),
  );
  if (risky.length) {
    findings.push({
      id: 'untrusted-checkout',
      severity: 'high',
      title: 'A workflow runs code of strangers with the repository’s secrets',
      evidence: risky.map(
        ([path]) =>
          `\`${path}\`: pull_request_target checks out the pull request's head`,
      ),
      places: risky.map(([path]) => ({ path })),
      advice: 'Use pull_request, or do not check out the head there.',
    });
  }
  if (unpinnedActions.length) {
    findings.push({
      id: 'unpinned-action',
      severity: 'low',
      title: `${unpinnedActions.length} third-party action${
        unpinnedActions.length === 1 ? ' is' : 's are'
      } used by tag or branch`,
      evidence: [
        ...new Set(unpinnedActions.map(({ uses }) => `\`${uses}\``)),
      ].slice(0, 10),
      places: unpinnedActions.map(({ path, line }) => ({ path, line })),
      advice: 'Pin each to a commit id: a tag can be moved to other code.',
    });
  }
  return findings;
}

function unpinnedActionsOf(
  workflows: ReadonlyMap<string, string>,
): ChecksFacts['unpinnedActions'] {
  const found: ChecksFacts['unpinnedActions'] = [];
  for (const [path, text] of workflows) {
    for (const [index, line] of text.split('\n').entries()) {
      const uses = /^\s*-?\s*uses:\s*['"]?([^\s'"#]+)/.exec(line)?.[1];
      if (!uses || /^(\.|docker:)/.test(uses)) continue;
      // The forge's own actions come with the forge.
      if (/^(actions|github)\//.test(uses) || /@[0-9a-f]{40}$/.test(uses))
        continue;
      found.push({ path, line: index + 1, uses });
    }
  }
  return found;
}

function languagesOf(files: readonly TreeFile[]): ChecksFacts['byLanguage'] {
  const counts = new Map<string, { source: number; tests: number }>();
  for (const { path } of files) {
    const language = languageOf(path);
    if (!language || isGenerated(path) || /^(HTML|CSS|SQL)$/.test(language))
      continue;
    const each = counts.get(language) ?? { source: 0, tests: 0 };
    if (TEST_FILE.test(path)) each.tests += 1;
    else each.source += 1;
    counts.set(language, each);
  }
  return [...counts]
    .map(([language, each]) => ({ language, ...each }))
    .sort((a, b) => b.source + b.tests - a.source - a.tests);
}

/** Rust keeps unit tests beside the code. */
async function countInlineRustTests({
  git,
  head,
}: InspectionContext['repository']): Promise<number> {
  const files = await git.text(
    ['grep', '-l', '-F', '#[test]', head, '--', '*.rs'],
    {
      allowedExitCodes: [0, 1],
    },
  );
  return files.split('\n').filter(path => path && !TEST_FILE.test(path)).length;
}

async function testCommandOf(
  repository: InspectionContext['repository'],
): Promise<string | undefined> {
  const files = await repository.read([
    'package.json',
    'Makefile',
    'go.mod',
    'Cargo.toml',
    'pom.xml',
  ]);
  const manifest = files.get('package.json');
  if (manifest) {
    const script = scriptOf(manifest);
    if (script && !/no test specified/.test(script)) return 'npm test';
  }
  if (/^test:/m.test(files.get('Makefile') ?? '')) return 'make test';
  if (files.has('go.mod')) return 'go test ./...';
  if (files.has('Cargo.toml')) return 'cargo test';
  if (files.has('pom.xml')) return 'mvn verify';
  return undefined;
}

function scriptOf(manifest: string): string | undefined {
  try {
    return JSON.parse(manifest)?.scripts?.test;
  } catch {
    return undefined; // Reported by the dependencies' section.
  }
}
