import { dirname } from 'node:path/posix';
import type { LockFile, Manifest } from '../dependencies/Project';
import type { Finding } from '../Finding';
import { isExample } from '../paths/pathKinds';
import {
  LISTED_DUPLICATES,
  type DependenciesFacts,
  type EcosystemFacts,
} from './dependencyFacts';

/** A manifest or lock file that is not what its name says. */
export function unreadableFinding({
  path,
  message,
}: {
  path: string;
  message: string;
}): Finding {
  return {
    id: 'unreadable-manifest',
    severity: 'medium',
    title: `${path} cannot be read`,
    evidence: [message],
    places: [{ path }],
    advice: 'Repair it: tools that need it fail, or ignore it silently.',
  };
}

/** Manifests without a lock file, rival lock files, and lock files that are out of date. */
export function lockFindings(
  manifests: Manifest[],
  locks: LockFile[],
): Finding[] {
  const findings: Finding[] = [];
  const unlocked = manifests.filter(
    manifest =>
      !manifest.isExact &&
      !isExample(manifest.path) &&
      manifest.direct.some(
        direct => !/^(workspace|file|link):/.test(direct.wanted),
      ) &&
      !locks.some(lock => covers(lock, manifest)),
  );
  if (unlocked.length) {
    findings.push({
      id: 'no-lock-file',
      severity: 'medium',
      title:
        unlocked.length === 1
          ? `${unlocked[0].path} has no lock file`
          : `${unlocked.length} manifests have no lock file`,
      evidence: unlocked
        .slice(0, 10)
        .map(
          ({ path, direct }) =>
            `\`${path}\`: ${direct.length} direct dependencies with ranges`,
        ),
      places: unlocked.map(({ path }) => ({ path })),
      advice: unlocked.every(({ ecosystem }) => ecosystem === 'Python')
        ? 'Pin exact versions, for example with "uv lock" or "pip-compile", so that every build gets the same.'
        : 'Commit the lock file, so that everybody and every build gets the same versions. (A library may leave it out knowingly.)',
    });
  }
  const unsummed = manifests.filter(
    manifest =>
      manifest.ecosystem === 'Go' &&
      manifest.direct.length > 0 &&
      !locks.some(lock => covers(lock, manifest)),
  );
  if (unsummed.length) {
    findings.push({
      id: 'no-go-sum',
      severity: 'medium',
      title: 'A Go module has dependencies and no go.sum',
      evidence: unsummed.map(({ path }) => `\`${path}\``),
      places: unsummed.map(({ path }) => ({ path })),
      advice:
        'Run "go mod tidy" and commit go.sum: without it nothing checks what is downloaded.',
    });
  }
  findings.push(
    ...rivalLockFindings(locks),
    ...staleLockFindings(manifests, locks),
  );
  return findings;
}

function rivalLockFindings(locks: LockFile[]): Finding[] {
  const byFolder = new Map<string, LockFile[]>();
  for (const lock of locks.filter(({ ecosystem }) => ecosystem === 'npm')) {
    const folder = dirname(lock.path);
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), lock]);
  }
  return [...byFolder.values()]
    .filter(rivals => new Set(rivals.map(({ tool }) => tool)).size > 1)
    .map(rivals => ({
      id: 'rival-lock-files',
      severity: 'medium' as const,
      title: `Lock files of ${rivals
        .map(({ tool }) => tool)
        .join(' and ')} stand side by side`,
      evidence: rivals.map(({ path }) => `\`${path}\``),
      places: rivals.map(({ path }) => ({ path })),
      advice:
        'Keep the one of the tool that is used and delete the other: they drift apart.',
    }));
}

function staleLockFindings(
  manifests: Manifest[],
  locks: LockFile[],
): Finding[] {
  const missing: { manifest: string; name: string; lock: string }[] = [];
  for (const manifest of manifests) {
    const lock = locks.find(each => covers(each, manifest));
    if (!lock || !['npm', 'Rust'].includes(manifest.ecosystem)) continue;
    const names = new Set(lock.packages.map(({ name }) => name));
    for (const { name, wanted } of manifest.direct) {
      if (names.has(name)) continue;
      // Local packages, aliases and links have no entry of that name.
      if (
        /^(workspace|file|link|portal|npm|patch|catalog|git|https?|github):?/.test(
          wanted,
        ) ||
        /^[\w-]+\/[\w.-]+/.test(wanted)
      )
        continue;
      missing.push({ manifest: manifest.path, name, lock: lock.path });
    }
  }
  // Many of them are workspaces that name each other by version: a shape this does not know.
  if (!missing.length || missing.length > 25) return [];
  return [
    {
      id: 'stale-lock-file',
      severity: 'medium',
      title: `${missing.length} direct dependenc${
        missing.length === 1 ? 'y is' : 'ies are'
      } not in the lock file`,
      evidence: missing
        .slice(0, 10)
        .map(
          each =>
            `\`${each.name}\` of \`${each.manifest}\` is not in \`${each.lock}\``,
        ),
      places: missing.map(({ manifest }) => ({ path: manifest })),
      advice: 'Run the package manager’s install and commit the lock file.',
    },
  ];
}

/** Dependencies that take whatever version comes. */
export function unpinnedFindings(
  unpinned: DependenciesFacts['unpinned'],
): Finding[] {
  const own = unpinned.filter(({ manifest }) => !isExample(manifest));
  if (!own.length) return [];
  return [
    {
      id: 'unpinned',
      severity: 'low',
      title: `${own.length} dependenc${
        own.length === 1 ? 'y accepts' : 'ies accept'
      } any version`,
      evidence: own
        .slice(0, 15)
        .map(
          ({ manifest, name, wanted }) =>
            `\`${name}\` ${
              wanted ? `as \`${wanted}\`` : 'without a version'
            } in \`${manifest}\``,
        ),
      places: own.map(({ manifest }) => ({ path: manifest })),
      advice:
        'Write the range that is known to work: the next major version will break things on its own day.',
    },
  ];
}

/** Packages that are locked in several versions. */
export function duplicateFindings(ecosystems: EcosystemFacts[]): Finding[] {
  return ecosystems
    .filter(({ duplicated }) => duplicated.length >= 3)
    .map(({ ecosystem, duplicated, lockFiles }) => ({
      id: 'duplicated',
      severity:
        duplicated[0].versions.length >= 4
          ? ('low' as const)
          : ('info' as const),
      title: `${
        duplicated.length === LISTED_DUPLICATES
          ? `${LISTED_DUPLICATES} or more`
          : duplicated.length
      } ${ecosystem} packages are locked in several versions`,
      evidence: duplicated
        .slice(0, 10)
        .map(
          ({ name, versions }) =>
            `\`${name}\`: ${versions.slice(0, 8).join(', ')}${
              versions.length > 8 ? ' …' : ''
            }`,
        ),
      places: lockFiles.map(path => ({ path })),
      advice:
        ecosystem === 'npm'
          ? 'Run the package manager’s dedupe; what stays is held by a dependency that should be updated.'
          : 'Update the dependencies that hold the old versions.',
    }));
}

/** Whether a lock file belongs to a manifest: the same folder, or one above it (workspaces). */
function covers(lock: LockFile, manifest: Manifest): boolean {
  if (lock.ecosystem !== manifest.ecosystem) return false;
  const folder = dirname(lock.path);
  return folder === '.' || manifest.path.startsWith(`${folder}/`);
}
