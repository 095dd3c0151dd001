import type { LockFile, Manifest } from '../dependencies/Project';
import { readDependencies } from '../dependencies/readDependencies';
import type { Finding } from '../Finding';
import type { InspectionContext, SectionResult } from '../Inspection';
import { recogniseLicence } from '../licences/recogniseLicence';
import { isExample } from '../paths/pathKinds';

export interface LicencesFacts {
  files: { path: string; spdx?: string; hasAdditions: boolean }[];
  /** The repository's licence: that of the file at its root. */
  root?: string;
  manifests: { path: string; licence?: string }[];
  /** Licences of locked packages, where a lock file names them: expression and how many packages. */
  dependencies: [licence: string, packages: number][];
}

const LICENCE_FILE = /(^|\/)(licen[cs]e|copying|unlicense)([-.][\w.-]+)?$/i;
/** Texts of licences are far smaller; a larger file of that name is something else. */
const LARGEST_TEXT_BYTES = 512 * 1024;

const STRONG_COPYLEFT = /\b(A?GPL-\d|SSPL)/;
const NOT_OPEN = /^(UNLICENSED|SEE LICENSE|BUSL|Elastic|SSPL|Commons)/i;

/** Licence texts, what manifests say, and whether they agree. */
export async function inspectLicences({
  repository,
}: InspectionContext): Promise<SectionResult<LicencesFacts>> {
  const paths = repository.files
    .filter(
      ({ path, bytes }) =>
        LICENCE_FILE.test(path) && bytes <= LARGEST_TEXT_BYTES,
    )
    .map(({ path }) => path)
    .filter(path => !/\.(js|ts|py|go|java|json|tsx?|html)$/.test(path))
    .sort((a, b) => a.split('/').length - b.split('/').length);
  const texts = await repository.read(paths.slice(0, 500));
  const files = [...texts].map(([path, text]) => ({
    path,
    hasAdditions: false,
    ...recogniseLicence(text),
  }));
  const { manifests, locks } = await readDependencies(repository);
  const facts: LicencesFacts = {
    files,
    root: files.find(({ path, spdx }) => !path.includes('/') && spdx)?.spdx,
    manifests: manifests
      .filter(({ path }) => !isExample(path))
      .map(({ path, licence }) => ({ path, licence })),
    dependencies: tallyOf(locks),
  };
  return { facts, findings: findingsOf(facts, manifests, locks), limits: [] };
}

function findingsOf(
  facts: LicencesFacts,
  manifests: Manifest[],
  locks: LockFile[],
): Finding[] {
  const findings: Finding[] = [];
  const atRoot = facts.files.filter(({ path }) => !path.includes('/'));
  if (!atRoot.length) {
    findings.push({
      id: 'no-licence',
      severity: 'medium',
      title: 'There is no licence at the root',
      evidence: [],
      places: [],
      advice:
        'If others are to use this, add a LICENSE file: without one nobody may. If it is internal, say so in the README.',
    });
  }
  const unknown = atRoot.filter(({ spdx }) => !spdx);
  if (unknown.length) {
    findings.push({
      id: 'unknown-licence',
      severity: 'low',
      title: `The text in ${unknown[0].path} is no licence that is known`,
      evidence: unknown.map(({ path }) => `\`${path}\``),
      places: unknown.map(({ path }) => ({ path })),
      advice:
        'Use a standard text unchanged, or have somebody read what this one says.',
    });
  }
  const changed = atRoot.filter(({ hasAdditions }) => hasAdditions);
  if (changed.length) {
    findings.push({
      id: 'changed-licence',
      severity: 'low',
      title: `${changed[0].path} holds more than the text of ${changed[0].spdx}`,
      evidence: changed.map(
        ({ path, spdx }) => `\`${path}\`: ${spdx} and further terms or texts`,
      ),
      places: changed.map(({ path }) => ({ path })),
      advice:
        'Have somebody read the additions, and keep licences of others in a NOTICE file.',
    });
  }
  return [
    ...findings,
    ...manifestFindings(facts, manifests),
    ...dependencyFindings(facts, locks),
  ];
}

function manifestFindings(
  { root }: LicencesFacts,
  manifests: Manifest[],
): Finding[] {
  const findings: Finding[] = [];
  const own = manifests.filter(({ path }) => !isExample(path));
  const differing = own.filter(
    ({ licence }) => root && licence && !agrees(licence, root),
  );
  if (differing.length) {
    findings.push({
      id: 'licence-mismatch',
      severity: 'medium',
      title: `${
        differing.length === 1
          ? `${differing[0].path} names`
          : `${differing.length} manifests name`
      } another licence than the ${root} of the licence file`,
      evidence: differing
        .slice(0, 10)
        .map(({ path, licence }) => `\`${path}\`: ${licence}`),
      places: differing.map(({ path }) => ({ path })),
      advice: 'Make them agree, or explain the difference in the README.',
    });
  }
  const silent = own.filter(
    ({ ecosystem, hasLicenceField, isPrivate }) =>
      !hasLicenceField &&
      !isPrivate &&
      ['npm', 'Python', 'Rust'].includes(ecosystem),
  );
  if (silent.length && root) {
    findings.push({
      id: 'no-licence-field',
      severity: 'low',
      title: `${
        silent.length === 1
          ? `${silent[0].path} does`
          : `${silent.length} manifests do`
      } not name the licence`,
      evidence: silent.slice(0, 10).map(({ path }) => `\`${path}\``),
      places: silent.map(({ path }) => ({ path })),
      advice: `Add the field with ${root}: licence scanners read manifests, not texts.`,
    });
  }
  return findings;
}

function dependencyFindings(
  { root, dependencies }: LicencesFacts,
  locks: LockFile[],
): Finding[] {
  const isPermissive = root !== undefined && !STRONG_COPYLEFT.test(root);
  const strong = dependencies.filter(
    // A choice that offers something else binds nobody.
    ([licence]) => STRONG_COPYLEFT.test(licence) && !/\bOR\b/.test(licence),
  );
  const closed = dependencies.filter(([licence]) => NOT_OPEN.test(licence));
  const packagesOf = (licence: string) => [
    ...new Set(
      locks.flatMap(lock =>
        lock.packages
          .filter(each => each.licence === licence)
          .map(({ name }) => name),
      ),
    ),
  ];
  const findings: Finding[] = [];
  for (const [id, severity, list, what, advice] of [
    [
      'copyleft-dependency',
      'medium',
      isPermissive ? strong : [],
      'under a strong copyleft licence',
      'Make sure that they are not shipped with the product, or replace them.',
    ],
    [
      'closed-dependency',
      'low',
      closed,
      'without an open-source licence',
      'Check that the use is permitted.',
    ],
  ] as const) {
    if (!list.length) continue;
    findings.push({
      id,
      severity,
      title: `${list.reduce(
        (sum, [, count]) => sum + count,
        0,
      )} locked packages are ${what}`,
      evidence: list.map(
        ([licence]) =>
          `${licence}: ${packagesOf(licence)
            .slice(0, 8)
            .map(name => `\`${name}\``)
            .join(', ')}`,
      ),
      places: [],
      advice,
    });
  }
  return findings;
}

function tallyOf(locks: LockFile[]): [string, number][] {
  const counts = new Map<string, number>();
  const seen = new Set<string>();
  for (const { name, version, licence } of locks.flatMap(
    lock => lock.packages,
  )) {
    if (!licence || seen.has(`${name} ${version}`)) continue;
    seen.add(`${name} ${version}`);
    counts.set(licence, (counts.get(licence) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]);
}

/** Whether a manifest's expression includes the licence of the text; "only" and "or later" make no difference here. */
function agrees(expression: string, root: string): boolean {
  return (
    expression
      .split(/[\s()/]+|\bOR\b|\bAND\b/)
      .some(part => normal(part) === normal(root)) ||
    normal(expression) === normal(root)
  );
}

function normal(spdx: string): string {
  return spdx
    .toLowerCase()
    .replace(/-(only|or-later)$/, '')
    .replace(/\+$/, '')
    .replace(/^the |licen[cs]e|version|[\s,]/g, '')
    .replace(/^apache-?2(\.0)?$/, 'apache-2.0')
    .replace(/^bsd$|^newbsd$/, 'bsd-3-clause');
}
