import { extname } from 'node:path';

const LOCK_FILES =
  /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|go\.sum|Cargo\.lock|poetry\.lock|uv\.lock|pdm\.lock|Pipfile\.lock|Gemfile\.lock|composer\.lock|gradle\.lockfile)$/;

const GENERATED =
  /(^|\/)(dist|build|out|vendor|node_modules|third_party|__snapshots__|generated)\/|\.min\.(js|css)$|\.map$|\.pb\.go$|_pb2?\.(py|js|ts)$|\.snap$|\.(patch|diff)$|(^|\/)CHANGELOG(\.md)?$/i;

/** Files that a program writes: they change often and nobody reads them. */
export function isGenerated(path: string): boolean {
  return LOCK_FILES.test(path) || GENERATED.test(path);
}

/** Files that hold examples and test data, where a finding weighs less. */
export function isExample(path: string): boolean {
  return /(^|\/)(tests?|__tests__|specs?|fixtures?|testdata|testkit|testing|mocks?|__mocks__|examples?|samples?|docs?|e2e|conformance|invalid)\/|\.(test|spec)\.[a-z]+$|_test\.(go|py)$/i.test(
    path,
  );
}

/** Programming languages by file name extension. */
const LANGUAGES: Record<string, string> = {
  '.bash': 'Shell',
  '.bats': 'Shell',
  '.c': 'C',
  '.cc': 'C++',
  '.clj': 'Clojure',
  '.cpp': 'C++',
  '.cs': 'C#',
  '.css': 'CSS',
  '.dart': 'Dart',
  '.ex': 'Elixir',
  '.exs': 'Elixir',
  '.go': 'Go',
  '.h': 'C',
  '.hpp': 'C++',
  '.hs': 'Haskell',
  '.html': 'HTML',
  '.java': 'Java',
  '.js': 'JavaScript',
  '.jsx': 'JavaScript',
  '.kt': 'Kotlin',
  '.kts': 'Kotlin',
  '.lua': 'Lua',
  '.m': 'Objective-C',
  '.mjs': 'JavaScript',
  '.cjs': 'JavaScript',
  '.php': 'PHP',
  '.pl': 'Perl',
  '.py': 'Python',
  '.r': 'R',
  '.rb': 'Ruby',
  '.rs': 'Rust',
  '.scala': 'Scala',
  '.sh': 'Shell',
  '.sql': 'SQL',
  '.swift': 'Swift',
  '.ts': 'TypeScript',
  '.tsx': 'TypeScript',
  '.vue': 'Vue',
  '.zig': 'Zig',
};

/** The programming language of a file, if it is source. */
export function languageOf(path: string): string | undefined {
  return LANGUAGES[extname(path).toLowerCase()];
}
