import { parseJsonFile } from './parseJsonFile';
import type { Direct, LockFile, Locked, Manifest } from './Project';

/** Reads a package.json. */
export function readPackageJson(path: string, text: string): Manifest {
  const manifest = parseJsonFile(path, text) as {
    private?: boolean;
    license?: unknown;
    licenses?: unknown;
    dependencies?: Record<string, string>;
    devDependencies?: Record<string, string>;
    optionalDependencies?: Record<string, string>;
  };
  const direct = (
    entries: Record<string, string> | undefined,
    use: Direct['use'],
  ): Direct[] =>
    Object.entries(entries ?? {}).map(([name, wanted]) => ({
      name,
      wanted: String(wanted),
      use,
    }));
  return {
    ecosystem: 'npm',
    path,
    direct: [
      ...direct(manifest.dependencies, 'runtime'),
      ...direct(manifest.optionalDependencies, 'runtime'),
      ...direct(manifest.devDependencies, 'development'),
    ],
    indirect: [],
    licence: licenceOf(manifest.license) ?? licenceOf(manifest.licenses),
    hasLicenceField:
      manifest.license !== undefined || manifest.licenses !== undefined,
    isPrivate: manifest.private === true,
    isExact: false,
  };
}

/** Reads a package-lock.json or npm-shrinkwrap.json of any version. */
export function readPackageLock(path: string, text: string): LockFile {
  const lock = parseJsonFile(path, text) as {
    packages?: Record<
      string,
      { version?: string; license?: unknown; link?: boolean; name?: string }
    >;
    dependencies?: NestedDependencies;
  };
  const packages: Locked[] = lock.packages
    ? Object.entries(lock.packages).flatMap(([key, entry]) => {
        const at = key.lastIndexOf('node_modules/');
        // Entries elsewhere are the workspaces themselves, and links point at them.
        if (at < 0 || entry.link || !entry.version) return [];
        return {
          name: entry.name ?? key.slice(at + 'node_modules/'.length),
          version: entry.version,
          licence: licenceOf(entry.license),
        };
      })
    : [...nested(lock.dependencies)];
  return { ecosystem: 'npm', path, tool: 'npm', packages };
}

type NestedDependencies = Record<
  string,
  { version: string; dependencies?: NestedDependencies }
>;

function* nested(
  dependencies: NestedDependencies | undefined,
): Generator<Locked> {
  for (const [name, entry] of Object.entries(dependencies ?? {})) {
    yield { name, version: entry.version };
    yield* nested(entry.dependencies);
  }
}

/** Reads a yarn.lock of Yarn 1 or of a later Yarn: both are blocks with a heading of descriptors and a version. */
export function readYarnLock(path: string, text: string): LockFile {
  const packages: Locked[] = [];
  let name: string | undefined;
  for (const line of text.split('\n')) {
    const heading = /^"?((?:@[^/"@]+\/)?[^@"\s]+)@([^\n]*):$/.exec(line);
    if (heading) {
      const isLocal = /^(workspace|link|portal|file):/.test(heading[2]);
      name = isLocal || heading[1] === '__metadata' ? undefined : heading[1];
      continue;
    }
    const version = /^ {2}version:? "?([^"\s]+)"?$/.exec(line)?.[1];
    if (version && name) {
      packages.push({ name, version });
      name = undefined;
    }
  }
  return { ecosystem: 'npm', path, tool: 'yarn', packages };
}

/** Reads a pnpm-lock.yaml of versions 5 to 9: the keys of `packages` say name and version. */
export function readPnpmLock(path: string, text: string): LockFile {
  const packages: Locked[] = [];
  let inside = false;
  for (const line of text.split('\n')) {
    if (/^\S/.test(line)) inside = line.startsWith('packages:');
    if (!inside) continue;
    const key =
      /^ {2}'?\/?((?:@[^/']+\/)?[^@/'\s]+)[@/]([^('\s:_]+)[^:]*:$/.exec(line);
    if (key) packages.push({ name: key[1], version: key[2] });
  }
  return { ecosystem: 'npm', path, tool: 'pnpm', packages };
}

function licenceOf(field: unknown): string | undefined {
  if (typeof field === 'string') return field;
  if (Array.isArray(field)) {
    const names = field.flatMap(each => licenceOf(each) ?? []);
    return names.length ? names.join(' OR ') : undefined;
  }
  if (field && typeof field === 'object' && 'type' in field) {
    return licenceOf(field.type);
  }
  return undefined;
}
