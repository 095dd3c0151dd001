import {
  UnreadableManifestError,
  type Direct,
  type LockFile,
  type Manifest,
} from './Project';
import { readToml, type TomlTable, type TomlValue } from './readToml';

/** Reads a Cargo.toml, a workspace's shared dependencies included. */
export function readCargoToml(path: string, text: string): Manifest {
  const document = parse(path, text);
  const targets = Object.values(table(document.target)).map(table);
  const tables = [document, table(document.workspace), ...targets];
  const direct = tables.flatMap(each => [
    ...dependencies(each.dependencies, 'runtime'),
    ...dependencies(each['build-dependencies'], 'development'),
    ...dependencies(each['dev-dependencies'], 'development'),
  ]);
  const pack = table(document.package);
  return {
    ecosystem: 'Rust',
    path,
    direct,
    indirect: [],
    licence: typeof pack.license === 'string' ? pack.license : undefined,
    // A workspace without a package of its own has nothing to license; members may inherit the field.
    hasLicenceField:
      document.package === undefined ||
      'license' in pack ||
      'license-file' in pack,
    isPrivate: document.package === undefined || pack.publish === false,
    isExact: false,
  };
}

/** Reads a Cargo.lock. */
export function readCargoLock(path: string, text: string): LockFile {
  const packages = parse(path, text).package;
  return {
    ecosystem: 'Rust',
    path,
    tool: 'cargo',
    packages: (Array.isArray(packages) ? packages : []).flatMap(entry => {
      const { name, version, source } = table(entry);
      // Without a source it is a member of the workspace.
      return typeof name === 'string' && typeof version === 'string' && source
        ? { name, version }
        : [];
    }),
  };
}

function dependencies(
  value: TomlValue | undefined,
  use: Direct['use'],
): Direct[] {
  return Object.entries(table(value)).flatMap(([name, wanted]) => {
    if (typeof wanted === 'string') return { name, wanted, use };
    const entry = table(wanted);
    if ('path' in entry || entry.workspace === true) return [];
    const isUnpinnedGit = 'git' in entry && !('rev' in entry);
    return {
      name: typeof entry.package === 'string' ? entry.package : name,
      wanted: isUnpinnedGit ? 'git' : String(entry.version ?? entry.rev ?? ''),
      use,
    };
  });
}

function parse(path: string, text: string): TomlTable {
  try {
    return readToml(text);
  } catch (error) {
    throw new UnreadableManifestError(
      `${path} is not TOML: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
}

function table(value: TomlValue | undefined): TomlTable {
  return value && typeof value === 'object' && !Array.isArray(value)
    ? value
    : {};
}
