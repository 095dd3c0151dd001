import type { Direct, LockFile, Manifest } from '../dependencies/Project';
import { readDependencies } from '../dependencies/readDependencies';
import type { InspectionContext, SectionResult } from '../Inspection';
import { isExample } from '../paths/pathKinds';
import {
  LISTED_DUPLICATES,
  type DependenciesFacts,
  type EcosystemFacts,
} from './dependencyFacts';
import {
  duplicateFindings,
  lockFindings,
  unpinnedFindings,
  unreadableFinding,
} from './dependencyFindings';

/** What the repository depends on, how surely, and how often the same thing. */
export async function inspectDependencies({
  repository,
}: InspectionContext): Promise<SectionResult<DependenciesFacts>> {
  const { manifests, locks, unreadable, limits } = await readDependencies(
    repository,
  );
  const facts: DependenciesFacts = {
    ecosystems: ecosystemsOf(manifests, locks),
    unpinned: manifests.flatMap(manifest =>
      manifest.direct
        .filter(direct => isUnpinned(manifest, direct))
        .map(({ name, wanted }) => ({ manifest: manifest.path, name, wanted })),
    ),
  };
  return {
    facts,
    findings: [
      ...unreadable
        .filter(({ path }) => !isExample(path))
        .map(unreadableFinding),
      ...lockFindings(manifests, locks),
      ...unpinnedFindings(facts.unpinned),
      ...duplicateFindings(facts.ecosystems),
    ],
    limits,
  };
}

function ecosystemsOf(
  manifests: Manifest[],
  locks: LockFile[],
): EcosystemFacts[] {
  const names = [
    ...new Set([...manifests, ...locks].map(each => each.ecosystem)),
  ];
  return names.map(ecosystem => {
    const own = manifests.filter(each => each.ecosystem === ecosystem);
    const ownLocks = locks.filter(each => each.ecosystem === ecosystem);
    const direct = new Set(
      own.flatMap(each => each.direct.map(({ name }) => name)),
    );
    const runtime = new Set(
      own.flatMap(each =>
        each.direct
          .filter(({ use }) => use === 'runtime')
          .map(({ name }) => name),
      ),
    );
    const all =
      ecosystem === 'Go'
        ? own.flatMap(each =>
            [...each.direct, ...each.indirect].map(({ name }) => name),
          )
        : ownLocks.flatMap(lock =>
            lock.packages.map(({ name, version }) => `${name} ${version}`),
          );
    const knowsAll = ecosystem === 'Go' || ownLocks.length > 0;
    return {
      ecosystem,
      manifests: own.map(each => each.path),
      lockFiles: ownLocks.map(each => each.path),
      direct: direct.size,
      directRuntime: runtime.size,
      ...(knowsAll && {
        transitive: Math.max(0, new Set(all).size - direct.size),
      }),
      duplicated: ecosystem === 'Go' ? [] : duplicatesOf(ownLocks),
    };
  });
}

function duplicatesOf(locks: LockFile[]): EcosystemFacts['duplicated'] {
  const duplicated = locks.flatMap(lock => {
    const versions = new Map<string, Set<string>>();
    for (const { name, version } of lock.packages) {
      versions.set(name, (versions.get(name) ?? new Set()).add(version));
    }
    return [...versions]
      .filter(([, all]) => all.size > 1)
      .map(([name, all]) => ({ name, versions: [...all].sort() }));
  });
  return duplicated
    .sort(
      (a, b) =>
        b.versions.length - a.versions.length || a.name.localeCompare(b.name),
    )
    .slice(0, LISTED_DUPLICATES);
}

/** A wish that any later version fulfils, or a source that can change under the same name. */
function isUnpinned({ ecosystem }: Manifest, { wanted }: Direct): boolean {
  switch (ecosystem) {
    case 'npm':
      if (/^(workspace|file|link|portal|catalog|npm|patch):/.test(wanted))
        return false;
      if (/^(git|https?:|github:|[\w-]+\/[\w.-]+)/.test(wanted))
        return !/#[0-9a-f]{7,40}$/.test(wanted);
      return (
        /^(\*|x|latest|next|)$/.test(wanted) || /^>=?\s*[\d.]+$/.test(wanted)
      );
    case 'Python':
      return wanted === '' || wanted === '*' || /^>=?\s*[\d.]+$/.test(wanted);
    case 'Rust':
      return wanted === '*' || wanted === 'git';
    case 'Java':
      return /^(LATEST|RELEASE|latest\..*)$|\+$|^[[(]|-SNAPSHOT$/.test(wanted);
    default:
      return false;
  }
}
