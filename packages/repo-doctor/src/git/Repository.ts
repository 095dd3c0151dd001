import { basename } from 'node:path';
import { Git } from './Git';
import { readBlobs } from './BlobReader';

/** A file of the inspected commit. */
export interface TreeFile {
  path: string;
  blob: string;
  bytes: number;
  /** File mode as git writes it, such as `100755` or `120000` for a link. */
  mode: string;
}

/** The repository under inspection: one commit, its files, and how to ask for more. */
export interface Repository {
  git: Git;
  name: string;
  head: string;
  branch?: string;
  remote?: string;
  isShallow: boolean;
  files: TreeFile[];
  submodules: string[];
  /** Content of files of the inspected commit, by path, as text. Paths that do not exist are left out. */
  read(paths: string[]): Promise<Map<string, string>>;
}

/** A folder that cannot be inspected, and what to do. */
export class NotARepositoryError extends Error {
  readonly name = 'NotARepositoryError';
}

/**
 * @throws {NotARepositoryError} when the folder is no git repository or has no commit.
 */
export async function openRepository(directory: string): Promise<Repository> {
  const git = new Git(directory);
  const root =
    (await git.maybe(['rev-parse', '--show-toplevel'])) ??
    (await git.maybe(['rev-parse', '--absolute-git-dir']));
  if (root === undefined) {
    throw new NotARepositoryError(
      `${directory} is not a git repository. Give the agent or the task a Git context, or name another folder.`,
    );
  }
  const head = await git.maybe(['rev-parse', '--verify', '--quiet', 'HEAD']);
  if (!head) {
    throw new NotARepositoryError(
      `The repository in ${directory} has no commit yet, so there is nothing to inspect.`,
    );
  }
  const inside = new Git(root);
  const { files, submodules } = await listTree(inside, head);
  const blobs = new Map(files.map(file => [file.path, file.blob]));
  const remote = await inside.maybe(['config', '--get', 'remote.origin.url']);
  const read = async (paths: string[]) => {
    const wanted = paths.filter(path => blobs.has(path));
    const contents = new Map<string, string>();
    for await (const blob of readBlobs(
      inside,
      new Set(wanted.map(path => blobs.get(path)!)),
    )) {
      contents.set(blob.id, blob.content.toString());
    }
    return new Map(
      wanted.flatMap(path => {
        const content = contents.get(blobs.get(path)!);
        return content === undefined ? [] : [[path, content] as const];
      }),
    );
  };
  const readme = async () => (await read(['README.md'])).get('README.md');
  return {
    git: inside,
    name: await nameOf(remote, root, readme),
    head,
    branch: await inside.maybe(['symbolic-ref', '--quiet', '--short', 'HEAD']),
    remote: remote && withoutCredentials(remote),
    isShallow:
      (await inside.text(['rev-parse', '--is-shallow-repository'])) === 'true',
    files,
    submodules,
    read,
  };
}

async function listTree(git: Git, commit: string) {
  const files: TreeFile[] = [];
  const submodules: string[] = [];
  const entries = git.records(
    ['ls-tree', '-r', '-l', '-z', '--full-tree', commit],
    '\0',
  );
  for await (const entry of entries) {
    const tab = entry.indexOf('\t');
    const [mode, type, blob, bytes] = entry.slice(0, tab).split(/ +/);
    const path = entry.slice(tab + 1);
    if (type === 'commit') submodules.push(path);
    else files.push({ path, blob, bytes: Number(bytes), mode });
  }
  return { files, submodules };
}

/** The forge's name; of a repository that came from a folder the heading of its README, or the folder's name. */
async function nameOf(
  remote: string | undefined,
  root: string,
  readme: () => Promise<string | undefined>,
): Promise<string> {
  const isFromForge =
    remote !== undefined &&
    /^(?!file:)[a-z+]+:\/\/|^[^/]+@[^/]+:/i.test(remote);
  const heading = isFromForge
    ? undefined
    : /^#\s+([\w .-]{1,60})\s*$/m.exec((await readme()) ?? '')?.[1].trim();
  const address = (remote ?? root).replace(/[/\\]+$/, '').replace(/\.git$/, '');
  return heading || address.split(/[/:\\]/).pop() || basename(root);
}

/** A remote's address may hold a password; a report must not. */
function withoutCredentials(url: string): string {
  return url.replace(/^([a-z+]+:\/\/)[^/@]*@/i, '$1');
}
