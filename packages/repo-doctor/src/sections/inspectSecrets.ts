import { createHash } from 'node:crypto';
import type { Finding, Place } from '../Finding';
import { readBlobs } from '../git/BlobReader';
import type { Repository } from '../git/Repository';
import type { InspectionContext, SectionResult } from '../Inspection';
import { isExample, isGenerated } from '../paths/pathKinds';
import { findSecrets } from '../secrets/SecretScanner';
import { mayHoldSecrets } from '../secrets/suspicious';
import { TimeBudget } from '../TimeBudget';
import { introducingCommits } from './introducingCommits';

export interface SecretsFacts {
  treeFilesScanned: number;
  historicVersionsScanned: number;
  secretsInTree: number;
  secretsInHistoryOnly: number;
  inExamples: number;
}

/** A secret sits in configuration or source, not in a file of megabytes. */
const LARGEST_SCANNED_BYTES = 1024 * 1024;
/** Versions read through one git process. */
const BATCH = 1_000;
/** One text with more hits than this is data that happens to match. */
const HITS_PER_TEXT = 20;

interface Secret {
  kind: string;
  places: (Place & { blob?: string })[];
  inTree: boolean;
  inExamplesOnly: boolean;
}

/** Collects secrets, each once however often it appears. */
class SecretSearch {
  /** By digest of the secret, so that the secret itself is not kept. */
  readonly secrets = new Map<string, Secret>();

  async scan(
    content: Buffer,
    places: (Place & { blob?: string })[],
    inTree: boolean,
  ): Promise<void> {
    if (content.subarray(0, 8_000).includes(0)) return;
    const text = content.toString();
    if (!mayHoldSecrets(text)) return;
    const hits = await findSecrets(text, places[0].path);
    for (const hit of hits.slice(0, HITS_PER_TEXT)) {
      const digest = createHash('sha256')
        .update(text.slice(hit.start, hit.end))
        .digest('hex');
      const secret = this.secrets.get(digest) ?? {
        kind: hit.kind,
        places: [],
        inTree,
        inExamplesOnly: true,
      };
      this.secrets.set(digest, secret);
      // A secret of the tree is told by where it is now; older versions of the same line add nothing.
      if (secret.inTree && !inTree) continue;
      secret.places.push(
        ...places.map(place => ({ ...place, line: hit.line })),
      );
      secret.inExamplesOnly &&= places.every(
        ({ path }) => isExample(path) || isGenerated(path),
      );
    }
  }
}

/** Looks for secrets in the tree, and then in every older version of every file, newest first. */
export async function inspectSecrets({
  repository,
  sectionLimitMs,
}: InspectionContext): Promise<SectionResult<SecretsFacts>> {
  const budget = new TimeBudget(sectionLimitMs, () => performance.now());
  const search = new SecretSearch();
  const limits: string[] = [];

  const tree = new Map<string, string[]>();
  let skipped = 0;
  for (const { blob, path, bytes, mode } of repository.files) {
    if (mode === '120000') continue;
    if (bytes > LARGEST_SCANNED_BYTES) skipped += 1;
    else tree.set(blob, [...(tree.get(blob) ?? []), path]);
  }
  let treeFilesScanned = 0;
  for await (const { id, content } of readBlobs(repository.git, tree.keys())) {
    if (budget.isSpent) {
      limits.push(
        `The time ended after ${treeFilesScanned} of ${tree.size} files of the tree.`,
      );
      break;
    }
    treeFilesScanned += 1;
    await search.scan(
      content,
      tree.get(id)!.map(path => ({ path })),
      true,
    );
  }
  if (skipped) {
    limits.push(
      `${skipped} file${skipped === 1 ? '' : 's'} above 1 MiB ${
        skipped === 1 ? 'was' : 'were'
      } not searched.`,
    );
  }

  const historicVersionsScanned = await scanHistory(
    repository,
    tree,
    search,
    budget,
  );
  if (budget.isSpent) {
    limits.push(
      `Of older versions the newest ${historicVersionsScanned} were searched before the time ended.`,
    );
  }
  if (repository.isShallow) {
    limits.push('The clone is shallow: what older commits hold is not known.');
  }
  await nameCommits(repository, search.secrets);

  const secrets = [...search.secrets.values()];
  const facts: SecretsFacts = {
    treeFilesScanned,
    historicVersionsScanned,
    secretsInTree: secrets.filter(each => each.inTree && !each.inExamplesOnly)
      .length,
    secretsInHistoryOnly: secrets.filter(
      each => !each.inTree && !each.inExamplesOnly,
    ).length,
    inExamples: secrets.filter(each => each.inExamplesOnly).length,
  };
  return { facts, findings: findingsOf(secrets), limits };
}

async function scanHistory(
  { git }: Repository,
  tree: ReadonlyMap<string, string[]>,
  search: SecretSearch,
  budget: TimeBudget,
): Promise<number> {
  let scanned = 0;
  let batch = new Map<string, string>();
  const scanBatch = async () => {
    for await (const { id, content } of readBlobs(git, batch.keys())) {
      if (budget.isSpent) break;
      scanned += 1;
      await search.scan(content, [{ path: batch.get(id)!, blob: id }], false);
    }
    batch = new Map();
  };
  const objects = git.records([
    'rev-list',
    '--objects',
    '--all',
    '--filter=object:type=blob',
    `--filter=blob:limit=${LARGEST_SCANNED_BYTES}`,
  ]);
  for await (const line of objects) {
    if (budget.isSpent) break;
    const space = line.indexOf(' ');
    // Commits have no path.
    if (space < 0) continue;
    const blob = line.slice(0, space);
    if (tree.has(blob)) continue;
    batch.set(blob, line.slice(space + 1));
    if (batch.size >= BATCH) await scanBatch();
  }
  if (!budget.isSpent) await scanBatch();
  return scanned;
}

async function nameCommits(
  repository: Repository,
  secrets: ReadonlyMap<string, Secret>,
): Promise<void> {
  const places = [...secrets.values()].flatMap(({ places: all }) =>
    all.filter(place => place.blob),
  );
  const commits = await introducingCommits(
    repository,
    new Set(places.map(place => place.blob!)),
  );
  for (const place of places) place.commit = commits.get(place.blob!);
}

function findingsOf(secrets: Secret[]): Finding[] {
  const findings: Finding[] = [];
  for (const { kind, places, inTree } of secrets.filter(
    each => !each.inExamplesOnly,
  )) {
    const [first] = places;
    findings.push({
      id: inTree ? 'secret-in-tree' : 'secret-in-history',
      severity: 'high',
      title: inTree
        ? `${capital(kind)} in ${first.path}`
        : `${capital(kind)} in an older version of ${first.path}`,
      evidence: evidenceOf(places),
      places: placesOf(places),
      advice: inTree
        ? 'Revoke it where it was issued, then remove it from the file: whoever can read the repository has it.'
        : 'Revoke it where it was issued: deleting the line did not remove it from history.',
    });
  }
  const examples = secrets.filter(each => each.inExamplesOnly);
  if (examples.length) {
    const places = examples.flatMap(each => each.places);
    findings.push({
      id: 'secret-in-examples',
      severity: 'low',
      title: `${examples.length} value${
        examples.length === 1 ? '' : 's'
      } in tests and examples look${
        examples.length === 1 ? 's' : ''
      } like a secret`,
      evidence: examples
        .slice(0, 10)
        .map(
          ({ kind, places: [place] }) => `${capital(kind)}: ${describe(place)}`,
        ),
      places: placesOf(places),
      advice: 'Make sure that each is invented, and say so beside it.',
    });
  }
  return findings;
}

function evidenceOf(places: Secret['places']): string[] {
  const shown = places.slice(0, 5).map(describe);
  return places.length > shown.length
    ? [...shown, `and ${places.length - shown.length} more places`]
    : shown;
}

function describe({ path, line, commit }: Place): string {
  const where = `\`${path}:${line}\``;
  return commit ? `${where} in commit ${commit.slice(0, 10)}` : where;
}

function placesOf(places: Secret['places']): Place[] {
  return places.slice(0, 50).map(({ path, line, commit }) => ({
    path,
    line,
    ...(commit && { commit }),
  }));
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
