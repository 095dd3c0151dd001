import type { Repository } from '../git/Repository';
import { readGoMod, readGoSum } from './go';
import { readGradle, readGradleLock, readPom } from './java';
import {
  readPackageJson,
  readPackageLock,
  readPnpmLock,
  readYarnLock,
} from './npm';
import {
  UnreadableManifestError,
  type LockFile,
  type Manifest,
} from './Project';
import {
  readPipfileLock,
  readPyproject,
  readRequirements,
  readTomlLock,
} from './python';
import { readCargoLock, readCargoToml } from './rust';

const MANIFESTS: readonly [RegExp, (path: string, text: string) => Manifest][] =
  [
    [/(^|\/)package\.json$/, readPackageJson],
    [/(^|\/)go\.mod$/, readGoMod],
    [
      /(^|\/)(requirements[^/]*\.txt|requirements\/[^/]+\.txt)$/,
      readRequirements,
    ],
    [/(^|\/)pyproject\.toml$/, readPyproject],
    [/(^|\/)Cargo\.toml$/, readCargoToml],
    [/(^|\/)pom\.xml$/, readPom],
    [/(^|\/)build\.gradle(\.kts)?$/, readGradle],
  ];

const LOCKS: readonly [RegExp, (path: string, text: string) => LockFile][] = [
  [/(^|\/)(package-lock|npm-shrinkwrap)\.json$/, readPackageLock],
  [/(^|\/)yarn\.lock$/, readYarnLock],
  [/(^|\/)pnpm-lock\.yaml$/, readPnpmLock],
  [/(^|\/)go\.sum$/, readGoSum],
  [/(^|\/)(poetry|uv|pdm)\.lock$/, readTomlLock],
  [/(^|\/)Pipfile\.lock$/, readPipfileLock],
  [/(^|\/)Cargo\.lock$/, readCargoLock],
  [/(^|\/)gradle\.lockfile$/, readGradleLock],
];

/** Manifests read; the ones nearest the root come first, so a limit drops the deepest. */
const MANIFEST_LIMIT = 2_000;
/** No lock file that people keep is larger; reading one takes memory of many times its size. */
const LARGEST_FILE_BYTES = 64 * 1024 * 1024;

/** Copies of others' packages and test data are not the repository's own dependencies. */
const FOREIGN =
  /(^|\/)(node_modules|vendor|third_party|testdata|fixtures?|__fixtures__|bower_components|site-packages)\//;

/** All manifests and lock files of the inspected commit, and what could not be read. */
export async function readDependencies(repository: Repository): Promise<{
  manifests: Manifest[];
  locks: LockFile[];
  unreadable: { path: string; message: string }[];
  limits: string[];
}> {
  const manifests: Manifest[] = [];
  const locks: LockFile[] = [];
  const unreadable: { path: string; message: string }[] = [];
  const limits: string[] = [];
  const candidates = repository.files
    .filter(
      ({ path, bytes }) => bytes <= LARGEST_FILE_BYTES && !FOREIGN.test(path),
    )
    .map(({ path }) => path)
    .filter(path =>
      [...MANIFESTS, ...LOCKS].some(([pattern]) => pattern.test(path)),
    )
    .sort((a, b) => depth(a) - depth(b) || a.localeCompare(b));
  if (candidates.length > MANIFEST_LIMIT) {
    limits.push(
      `Of ${candidates.length} manifests and lock files the ${MANIFEST_LIMIT} nearest the root were read.`,
    );
  }
  const contents = await repository.read(candidates.slice(0, MANIFEST_LIMIT));
  for (const [path, text] of contents) {
    try {
      const manifest = readerOf(MANIFESTS, path)?.(path, text);
      if (manifest) manifests.push(manifest);
      const lock = readerOf(LOCKS, path)?.(path, text);
      if (lock) locks.push(lock);
    } catch (error) {
      if (!(error instanceof UnreadableManifestError)) throw error;
      unreadable.push({ path, message: error.message });
    }
  }
  return { manifests, locks, unreadable, limits };
}

function readerOf<T>(
  readers: readonly [RegExp, (path: string, text: string) => T][],
  path: string,
) {
  return readers.find(([pattern]) => pattern.test(path))?.[1];
}

function depth(path: string): number {
  return path.split('/').length;
}
