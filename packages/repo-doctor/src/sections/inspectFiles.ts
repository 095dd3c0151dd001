import type { Finding, Place } from '../Finding';
import { readBlobs } from '../git/BlobReader';
import type { Repository, TreeFile } from '../git/Repository';
import type { InspectionContext, SectionResult } from '../Inspection';
import { isGenerated, languageOf } from '../paths/pathKinds';
import { TimeBudget } from '../TimeBudget';
import { readLargeHistoricBlobs, type HistoricBlob } from './historicBlobs';
import { readLineEndings } from './lineEndings';

export interface FilesFacts {
  files: number;
  bytes: number;
  /** Bytes of source by language, most first. */
  languages: [language: string, bytes: number][];
  largest: { path: string; bytes: number; isBinary: boolean }[];
  binaryFiles: number;
  binaryBytes: number;
  historic: HistoricBlob[];
  /** Size of all packed objects. */
  packedBytes: number;
  committedJunk: string[];
  crlfFiles: number;
  hasGitattributes: boolean;
  hasEditorconfig: boolean;
  usesLfs: boolean;
}

/** A megabyte is far above what a person writes; forges warn from 50 of them on. */
const BIG_BYTES = 1024 * 1024;
const HUGE_BYTES = 10 * 1024 * 1024;
const LISTED = 25;

/** Files that are looked into to tell binary from text, largest first. */
const PROBED_FILES = 3_000;
/** Above this only the name decides: reading it would cost more than the answer is worth. */
const PROBED_BYTES = 4 * 1024 * 1024;

const BINARY_NAMES =
  /\.(png|jpe?g|gif|ico|webp|avif|bmp|tiff?|psd|pdf|zip|gz|tgz|bz2|xz|zst|7z|rar|jar|war|class|so|dylib|dll|exe|bin|o|a|lib|pyc|wasm|woff2?|ttf|otf|eot|mp[34]|mov|avi|webm|wav|ogg|flac|sqlite3?|db|pack|parquet|onnx|pt|npy|docx?|xlsx?|pptx?)$/i;

const JUNK =
  /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini|npm-debug\.log|yarn-error\.log|\.env(\.local)?|\.idea\/workspace\.xml)$|(^|\/)(node_modules|__pycache__|\.venv|venv|bower_components|\.pytest_cache|\.gradle)\/|\.(pyc|class|o|swp|orig|rej)$/;

/** What lies in the tree and in history: sizes, binaries, leftovers, names that break elsewhere. */
export async function inspectFiles({
  repository,
  sectionLimitMs,
}: InspectionContext): Promise<SectionResult<FilesFacts>> {
  const { files } = repository;
  const budget = new TimeBudget(sectionLimitMs, () => performance.now());
  const binary = await findBinaries(repository);
  const history = await readLargeHistoricBlobs(repository, BIG_BYTES, budget);
  const endings = await readLineEndings(repository);
  const bySize = [...files].sort((a, b) => b.bytes - a.bytes);
  const attributes = (await repository.read(['.gitattributes'])).get(
    '.gitattributes',
  );
  const facts: FilesFacts = {
    files: files.length,
    bytes: sumOf(files),
    languages: languagesOf(files),
    largest: bySize
      .slice(0, LISTED)
      .map(({ path, bytes }) => ({ path, bytes, isBinary: binary.has(path) })),
    binaryFiles: binary.size,
    binaryBytes: sumOf(files.filter(file => binary.has(file.path))),
    historic: history.blobs,
    packedBytes: history.packedBytes,
    committedJunk: files.map(file => file.path).filter(path => JUNK.test(path)),
    crlfFiles: endings.crlf,
    hasGitattributes: attributes !== undefined,
    hasEditorconfig: files.some(file => file.path === '.editorconfig'),
    usesLfs: attributes?.includes('filter=lfs') ?? false,
  };
  return {
    facts,
    findings: [
      ...sizeFindings(bySize, binary, history.blobs),
      ...junkFindings(facts.committedJunk),
      ...nameFindings(files),
      ...conventionFindings(facts),
    ],
    limits: history.limits,
  };
}

function sizeFindings(
  bySize: TreeFile[],
  binary: ReadonlySet<string>,
  historic: HistoricBlob[],
): Finding[] {
  const findings: Finding[] = [];
  const big = bySize.filter(
    file => file.bytes >= BIG_BYTES && !isGenerated(file.path),
  );
  if (big.length) {
    const isHuge = big[0].bytes >= HUGE_BYTES;
    findings.push({
      id: 'big-file',
      severity: isHuge ? 'medium' : 'low',
      title: `${count(big.length, 'file')} above 1 MiB in the tree`,
      evidence: big
        .slice(0, 10)
        .map(
          file =>
            `\`${file.path}\`: ${mebibytes(file.bytes)}${
              binary.has(file.path) ? ', binary' : ''
            }`,
        ),
      places: big.map(({ path }) => ({ path })),
      advice:
        'Keep large binaries in Git LFS or a release, and fetch test data when it is needed.',
    });
  }
  const gone = historic.filter(blob => !blob.inTree);
  if (gone.length) {
    const bytes = gone.reduce((sum, blob) => sum + blob.packedBytes, 0);
    findings.push({
      id: 'big-history',
      severity: bytes >= 50 * 1024 * 1024 ? 'medium' : 'low',
      title: `${count(
        gone.length,
        'large file',
      )} that the tree no longer has, in every clone's history`,
      evidence: gone
        .slice(0, 10)
        .map(
          blob =>
            `\`${blob.path}\`: ${mebibytes(blob.bytes)}, ${mebibytes(
              blob.packedBytes,
            )} packed`,
        ),
      places: gone.map(({ path }) => ({ path })),
      advice:
        'If clones are slow, advise "git clone --filter=blob:none", or rewrite history once with git filter-repo.',
    });
  }
  return findings;
}

function junkFindings(junk: string[]): Finding[] {
  if (!junk.length) return [];
  return [
    {
      id: 'committed-junk',
      severity: junk.some(path => /(^|\/)(node_modules|\.env)/.test(path))
        ? 'medium'
        : 'low',
      title: `${count(junk.length, 'file')} that tools make ${
        junk.length === 1 ? 'is' : 'are'
      } committed`,
      evidence: junk.slice(0, 10).map(path => `\`${path}\``),
      places: junk.map(path => ({ path })),
      advice: 'Remove them with "git rm --cached" and list them in .gitignore.',
    },
  ];
}

function nameFindings(files: readonly TreeFile[]): Finding[] {
  const findings: Finding[] = [];
  const folded = new Map<string, string>();
  const clashes: Place[] = [];
  const unportable: Place[] = [];
  for (const { path } of files) {
    const key = path.toLowerCase();
    if (folded.has(key)) clashes.push({ path: folded.get(key)! }, { path });
    else folded.set(key, path);
    if (
      /[<>:"|?*\\]|[ .](\/|$)|(^|\/)(con|prn|aux|nul|com\d|lpt\d)(\.|\/|$)/i.test(
        path,
      )
    ) {
      unportable.push({ path });
    }
  }
  if (clashes.length) {
    findings.push({
      id: 'case-clash',
      severity: 'medium',
      title: 'Paths differ only in upper and lower case',
      evidence: clashes.slice(0, 10).map(({ path }) => `\`${path}\``),
      places: clashes,
      advice:
        'Rename one of each pair: macOS and Windows can check out only one.',
    });
  }
  if (unportable.length) {
    findings.push({
      id: 'unportable-name',
      severity: 'low',
      title: `${count(
        unportable.length,
        'path',
      )} cannot be checked out on Windows`,
      evidence: unportable.slice(0, 10).map(({ path }) => `\`${path}\``),
      places: unportable,
      advice:
        'Rename them without the characters < > : " | ? * \\ and reserved words.',
    });
  }
  return findings;
}

function conventionFindings(facts: FilesFacts): Finding[] {
  const findings: Finding[] = [];
  if (facts.crlfFiles) {
    findings.push({
      id: 'crlf',
      severity: 'low',
      title: `${count(
        facts.crlfFiles,
        'text file',
      )} stored with Windows line ends`,
      evidence: [],
      places: [],
      advice:
        'Add "* text=auto" to .gitattributes and run "git add --renormalize ." once.',
    });
  }
  const missing = [
    !facts.hasGitattributes && '.gitattributes',
    !facts.hasEditorconfig && '.editorconfig',
  ].filter(name => name !== false);
  if (missing.length) {
    findings.push({
      id: 'no-conventions',
      severity: 'info',
      title: `There is no ${missing.join(' and no ')}`,
      evidence: [],
      places: [],
      advice:
        'Add it, so that every editor writes the same line ends and indentation. A ready one is among the proposed fixes.',
    });
  }
  return findings;
}

async function findBinaries(repository: Repository): Promise<Set<string>> {
  const binary = new Set<string>();
  const byBlob = new Map<string, string[]>();
  const unknown: TreeFile[] = [];
  for (const file of repository.files) {
    if (file.mode === '120000') continue;
    if (BINARY_NAMES.test(file.path)) binary.add(file.path);
    else if (!languageOf(file.path) && file.bytes > 0) unknown.push(file);
  }
  unknown.sort((a, b) => b.bytes - a.bytes);
  for (const file of unknown
    .filter(({ bytes }) => bytes <= PROBED_BYTES)
    .slice(0, PROBED_FILES)) {
    byBlob.set(file.blob, [...(byBlob.get(file.blob) ?? []), file.path]);
  }
  for await (const { id, content } of readBlobs(
    repository.git,
    byBlob.keys(),
  )) {
    // git's own test: a NUL among the first 8,000 bytes.
    if (content.subarray(0, 8_000).includes(0)) {
      for (const path of byBlob.get(id)!) binary.add(path);
    }
  }
  return binary;
}

function languagesOf(files: readonly TreeFile[]): [string, number][] {
  const bytes = new Map<string, number>();
  for (const file of files) {
    const language = languageOf(file.path);
    if (!language || isGenerated(file.path)) continue;
    bytes.set(language, (bytes.get(language) ?? 0) + file.bytes);
  }
  return [...bytes].sort((a, b) => b[1] - a[1]);
}

function sumOf(files: readonly { bytes: number }[]): number {
  return files.reduce((sum, file) => sum + file.bytes, 0);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
