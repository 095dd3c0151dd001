import type { Finding } from '../Finding';
import type { InspectionContext, SectionResult } from '../Inspection';
import { isGenerated } from '../paths/pathKinds';
import { TimeBudget } from '../TimeBudget';
import { activityOf, type Activity } from './activity';
import { CHURN_COMMITS, readChurn, type Churn } from './churn';
import { readCommits } from './commits';
import {
  aliasesOf,
  busFactor,
  contributorsOf,
  type Alias,
  type Contributor,
} from './contributors';

export interface HistoryFacts {
  commits: number;
  merges: number;
  firstCommit: string;
  lastCommit: string;
  commitsLastYear: number;
  contributors: Contributor[];
  contributorCount: number;
  busFactor: number;
  activity: Activity;
  hotSpots: (Churn & { bytes: number })[];
  churnCommits: number;
  aliases: Alias[];
  tags: number;
  latestTag?: { name: string; date: string };
  staleBranches: string[];
}

const DAY_S = 86_400;
const YEAR_S = 365 * DAY_S;

/** Fewer commits in a year than this say nothing about who carries a project. */
const ENOUGH_COMMITS = 20;
const LISTED_CONTRIBUTORS = 50;
const LISTED_HOT_SPOTS = 25;

/** Who works on the repository, how much, and where. */
export async function inspectHistory({
  repository,
  now,
  sectionLimitMs,
}: InspectionContext): Promise<SectionResult<HistoryFacts>> {
  const { git, head } = repository;
  const nowS = Math.floor(now.getTime() / 1000);
  const commits = await readCommits(git, head);
  const all = contributorsOf(commits, nowS - YEAR_S);
  const people = all.filter(person => !person.isBot);
  const recent = people.filter(person => person.recentCommits > 0);
  const budget = new TimeBudget(sectionLimitMs, () => performance.now());
  const churn = await readChurn(git, head, budget);
  const sizes = new Map(repository.files.map(file => [file.path, file.bytes]));
  const hotSpots = churn.files
    .filter(
      ({ path, commits: changes }) =>
        sizes.has(path) && changes > 1 && !isGenerated(path),
    )
    .slice(0, LISTED_HOT_SPOTS)
    .map(file => ({ ...file, bytes: sizes.get(file.path)! }));
  const times = commits.map(commit => commit.time);
  const tags = await readTags(git);
  const facts: HistoryFacts = {
    commits: commits.length,
    merges: commits.filter(commit => commit.isMerge).length,
    firstCommit: isoDay(minimum(times)),
    lastCommit: isoDay(maximum(times)),
    commitsLastYear: all.reduce((sum, person) => sum + person.recentCommits, 0),
    contributors: all.slice(0, LISTED_CONTRIBUTORS),
    contributorCount: people.length,
    busFactor: busFactor(
      (recent.length ? recent : people).map(person =>
        recent.length ? person.recentCommits : person.commits,
      ),
    ),
    activity: activityOf(times),
    hotSpots,
    churnCommits: churn.commits,
    aliases: aliasesOf(all),
    ...tags,
    staleBranches: await readStaleBranches(git, head, nowS - YEAR_S),
  };
  return {
    facts,
    findings: findingsOf(facts, nowS),
    limits: limitsOf(facts, repository.isShallow, budget.isSpent),
  };
}

function findingsOf(facts: HistoryFacts, nowS: number): Finding[] {
  const findings: Finding[] = [];
  const { contributors, commitsLastYear, hotSpots, aliases } = facts;
  const people = contributors.filter(person => !person.isBot);
  if (facts.busFactor === 1 && commitsLastYear >= ENOUGH_COMMITS) {
    const main = [...people].sort(
      (a, b) => b.recentCommits - a.recentCommits,
    )[0];
    findings.push({
      id: 'bus-factor',
      severity: 'medium',
      title: `One person, ${main.name}, makes most of the changes`,
      evidence: [
        `${
          main.recentCommits
        } of ${commitsLastYear} commits in the last 12 months (${percent(
          main.recentCommits,
          commitsLastYear,
        )}).`,
      ],
      places: [],
      advice:
        'Let a second person review and release, and write down what only one knows.',
    });
  }
  const lastS = Date.parse(facts.lastCommit) / 1000;
  if (nowS - lastS > YEAR_S) {
    findings.push({
      id: 'dormant',
      severity: 'info',
      title: `No commit since ${facts.lastCommit}`,
      evidence: [],
      places: [],
      advice:
        'Say in the README whether the project is finished, or archive it.',
    });
  }
  const [hottest] = hotSpots;
  if (
    hottest &&
    facts.churnCommits >= 50 &&
    hottest.commits / facts.churnCommits >= 0.15
  ) {
    findings.push({
      id: 'hot-spot',
      severity: 'low',
      title: `${hottest.path} changes in ${percent(
        hottest.commits,
        facts.churnCommits,
      )} of all commits`,
      evidence: [
        `${hottest.commits} of the latest ${
          facts.churnCommits
        } commits touch it, ${hottest.linesChanged} lines changed, ${
          hottest.authors
        } author${hottest.authors === 1 ? '' : 's'}.`,
      ],
      places: [{ path: hottest.path }],
      advice:
        'Look whether it does several things: splitting it would let changes stay apart.',
    });
  }
  const owned = hotSpots.filter(
    spot => spot.commits >= 15 && spot.mainAuthorShare >= 0.9,
  );
  if (owned.length && facts.contributorCount > 2) {
    findings.push({
      id: 'single-owner',
      severity: 'low',
      title: `${owned.length} busy file${
        owned.length === 1 ? ' is' : 's are'
      } known to one person only`,
      evidence: owned
        .slice(0, 10)
        .map(
          spot =>
            `\`${spot.path}\`: ${percent(spot.mainAuthorShare, 1)} of ${
              spot.commits
            } changes by ${spot.mainAuthor}`,
        ),
      places: owned.map(({ path }) => ({ path })),
      advice: 'Have somebody else make the next change there.',
    });
  }
  if (aliases.length) {
    findings.push({
      id: 'aliases',
      severity: 'info',
      title: `${aliases.length} contributor${
        aliases.length === 1 ? ' appears' : 's appear'
      } under several addresses`,
      evidence: aliases
        .slice(0, 10)
        .map(alias => `${alias.name}: ${alias.others.length + 1} addresses`),
      places: [],
      advice: 'Add a .mailmap, so that counts and blame name each person once.',
    });
  }
  if (facts.staleBranches.length >= 5) {
    findings.push({
      id: 'stale-branches',
      severity: 'info',
      title: `${facts.staleBranches.length} branches saw no commit for a year and were never merged`,
      evidence: facts.staleBranches.slice(0, 10).map(name => `\`${name}\``),
      places: [],
      advice: 'Delete what nobody will finish.',
    });
  }
  return findings;
}

function limitsOf(
  facts: HistoryFacts,
  isShallow: boolean,
  isSpent: boolean,
): string[] {
  const limits: string[] = [];
  if (isShallow) {
    limits.push(
      'The clone is shallow: older history is not in it. Clone with full depth for true figures.',
    );
  }
  if (isSpent || facts.churnCommits >= CHURN_COMMITS) {
    limits.push(
      `Hot spots are counted over the latest ${
        facts.churnCommits
      } commits without merges${isSpent ? ', where the time ended' : ''}.`,
    );
  }
  return limits;
}

async function readTags(git: InspectionContext['repository']['git']) {
  const lines = (
    await git.text([
      'for-each-ref',
      '--sort=-creatordate',
      '--format=%(refname:short)%09%(creatordate:short)',
      'refs/tags',
    ])
  )
    .split('\n')
    .filter(Boolean);
  const [name, date] = lines[0]?.split('\t') ?? [];
  return { tags: lines.length, ...(name && { latestTag: { name, date } }) };
}

async function readStaleBranches(
  git: InspectionContext['repository']['git'],
  head: string,
  before: number,
): Promise<string[]> {
  const lines = await git.text([
    'for-each-ref',
    `--no-merged=${head}`,
    '--format=%(committerdate:unix) %(refname:short)',
    'refs/heads',
    'refs/remotes',
  ]);
  return lines
    .split('\n')
    .filter(line => line && Number(line.split(' ')[0]) < before)
    .map(line => line.slice(line.indexOf(' ') + 1));
}

// Spreading 100,000 numbers into Math.min would overflow the stack.
function minimum(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value), Infinity);
}

function maximum(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), -Infinity);
}

function percent(part: number, whole: number): string {
  return `${Math.round((100 * part) / whole)} %`;
}

function isoDay(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}
