import { parseJsonFile } from './parseJsonFile';
import {
  UnreadableManifestError,
  type Direct,
  type LockFile,
  type Manifest,
} from './Project';
import { readToml, type TomlTable, type TomlValue } from './readToml';

/** Reads a requirements file of pip. */
export function readRequirements(path: string, text: string): Manifest {
  const direct = text
    .replace(/\\\r?\n/g, ' ')
    .split('\n')
    .flatMap(line => requirementOf(line.replace(/(^|\s)#.*$/, '').trim()));
  return {
    ecosystem: 'Python',
    path,
    direct: direct.map(each => ({
      ...each,
      use: /dev|test|lint|doc/i.test(path) ? 'development' : 'runtime',
    })),
    indirect: [],
    hasLicenceField: false,
    isPrivate: true,
    isExact: direct.every(({ wanted }) => /^===?\s*[^*]+$/.test(wanted)),
  };
}

/** Reads a pyproject.toml: PEP 621, dependency groups and Poetry's own tables. */
export function readPyproject(path: string, text: string): Manifest {
  const document = parseToml(path, text);
  const project = table(document.project);
  const poetry = table(table(document.tool).poetry);
  const direct: Direct[] = [
    ...list(project.dependencies).flatMap(named('runtime')),
    ...Object.values(table(project['optional-dependencies'])).flatMap(group =>
      list(group).flatMap(named('runtime')),
    ),
    ...Object.values(table(document['dependency-groups'])).flatMap(group =>
      list(group).flatMap(named('development')),
    ),
    ...poetryDependencies(poetry.dependencies, 'runtime'),
    ...poetryDependencies(poetry['dev-dependencies'], 'development'),
    ...Object.values(table(poetry.group)).flatMap(group =>
      poetryDependencies(table(group).dependencies, 'development'),
    ),
  ];
  const licence = project.license ?? poetry.license;
  const classifier = list(project.classifiers ?? poetry.classifiers).find(
    each => typeof each === 'string' && each.startsWith('License ::'),
  );
  return {
    ecosystem: 'Python',
    path,
    direct,
    indirect: [],
    licence: licenceText(licence),
    hasLicenceField: licence !== undefined || classifier !== undefined,
    isPrivate: project.name === undefined && poetry.name === undefined,
    isExact: false,
  };
}

/** Reads a poetry.lock, uv.lock or pdm.lock: all are lists of packages. */
export function readTomlLock(path: string, text: string): LockFile {
  const tool = /([a-z]+)\.lock$/.exec(path)?.[1] ?? 'python';
  const packages = list(parseToml(path, text).package).flatMap(entry => {
    const { name, version, source } = table(entry);
    // The project itself is listed, too.
    if ('virtual' in table(source) || 'editable' in table(source)) return [];
    return typeof name === 'string' && typeof version === 'string'
      ? { name, version }
      : [];
  });
  return { ecosystem: 'Python', path, tool, packages };
}

/** Reads a Pipfile.lock. */
export function readPipfileLock(path: string, text: string): LockFile {
  const lock = parseJsonFile(path, text) as Record<
    string,
    Record<string, { version?: string }>
  >;
  const packages = ['default', 'develop'].flatMap(group =>
    Object.entries(lock[group] ?? {}).map(([name, { version }]) => ({
      name,
      version: (version ?? '').replace(/^==/, ''),
    })),
  );
  return { ecosystem: 'Python', path, tool: 'pipenv', packages };
}

function requirementOf(text: string): Omit<Direct, 'use'>[] {
  // Options, includes and bare paths are no packages.
  if (!text || /^(-|\.|\/)/.test(text)) return [];
  const match = /^([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(.*)$/.exec(text);
  if (!match) return [];
  const wanted = match[2]
    .replace(/;.*$/, '')
    .replace(/\s--hash.*$/, '')
    .trim();
  return [{ name: match[1], wanted }];
}

function named(use: Direct['use']) {
  return (entry: TomlValue): Direct[] =>
    typeof entry === 'string'
      ? requirementOf(entry).map(each => ({ ...each, use }))
      : [];
}

function poetryDependencies(
  value: TomlValue | undefined,
  use: Direct['use'],
): Direct[] {
  return Object.entries(table(value))
    .filter(([name]) => name !== 'python')
    .map(([name, wanted]) => ({
      name,
      wanted:
        typeof wanted === 'string'
          ? wanted
          : String(table(wanted).version ?? ''),
      use,
    }));
}

function licenceText(value: TomlValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  const { text } = table(value);
  // The long form may hold the whole licence; only a name is of use here.
  return typeof text === 'string' && text.length < 60 ? text : undefined;
}

function parseToml(path: string, text: string): TomlTable {
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

function list(value: TomlValue | undefined): TomlValue[] {
  return Array.isArray(value) ? value : [];
}
