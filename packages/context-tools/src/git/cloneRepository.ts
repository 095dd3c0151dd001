import { mkdir } from 'node:fs/promises';
import { decideRef, type DecidedRef } from './decideRef';
import { GitError, type GitCommand } from './GitCommand';

/** What to clone. */
export interface CloneRequest {
  /** Real address. */
  address: string;
  ref: string;
  /** 0 is the whole history. */
  depth: number;
  recurseSubmodules: boolean;
}

function depthArguments(depth: number): string[] {
  return depth > 0 ? [`--depth=${depth}`] : [];
}

/** What a ref is called here once it is fetched. */
function trackedName(ref: DecidedRef): string {
  if (ref.kind === 'branch') return `refs/remotes/origin/${ref.name}`;
  return ref.kind === 'tag' ? `refs/tags/${ref.name}` : ref.commit;
}

/** What to ask the server for, so that the ref's history comes to the depth asked for. */
function refspecsOf(ref: DecidedRef, depth: number): string[] {
  const everything = [
    '+refs/heads/*:refs/remotes/origin/*',
    '+refs/tags/*:refs/tags/*',
  ];
  if (depth === 0 || (ref.kind === 'commit' && ref.isAbbreviated))
    return everything;
  if (ref.kind === 'branch')
    return [`+refs/heads/${ref.name}:refs/remotes/origin/${ref.name}`];
  if (ref.kind === 'tag')
    return [`+refs/tags/${ref.name}:refs/tags/${ref.name}`];
  return [ref.commit];
}

/** Fetches a decided ref; a server that gives no single commits is asked for everything. */
async function fetchRef(
  git: GitCommand,
  folder: string,
  ref: DecidedRef,
  depth: number,
): Promise<void> {
  const refspecs = refspecsOf(ref, depth);
  const wantsAll = refspecs.length > 1;
  const tags = wantsAll ? [] : ['--no-tags'];
  try {
    await git.run(
      folder,
      'fetch',
      '--quiet',
      '--force',
      ...tags,
      ...(wantsAll ? [] : depthArguments(depth)),
      'origin',
      ...refspecs,
    );
  } catch (error) {
    if (ref.kind !== 'commit' || wantsAll || (error as GitError).isTimeout)
      throw error;
    await git.run(
      folder,
      'fetch',
      '--quiet',
      '--force',
      'origin',
      '+refs/heads/*:refs/remotes/origin/*',
      '+refs/tags/*:refs/tags/*',
    );
  }
}

/**
 * Looks a ref up and fetches it.
 *
 * @returns the ref and the full name of its commit
 * @throws {@link GitError} when the repository has no such ref or cannot be reached
 */
export async function fetchLatest(
  git: GitCommand,
  folder: string,
  request: CloneRequest,
): Promise<{ ref: DecidedRef; commit: string }> {
  const listing = await git.run(
    folder,
    'ls-remote',
    '--quiet',
    '--symref',
    '--',
    request.address,
  );
  const ref = decideRef(listing, request.ref);
  if ('refused' in ref) throw new GitError(ref.refused);
  await fetchRef(git, folder, ref, request.depth);
  const target = trackedName(ref);
  try {
    const commit = (
      await git.run(
        folder,
        'rev-parse',
        '--verify',
        '--quiet',
        `${target}^{commit}`,
      )
    ).trim();
    return { ref, commit };
  } catch {
    throw new GitError(
      `it has no branch, tag or commit "${request.ref}". Correct git.ref.`,
    );
  }
}

/**
 * Clones into a folder that nobody else can write to, checked out at the ref: a branch is a branch that follows `origin`,
 * a tag or commit a detached head.
 *
 * @returns the full name of the commit
 */
export async function cloneRepository(
  git: GitCommand,
  folder: string,
  request: CloneRequest,
): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  await git.run(
    folder,
    'init',
    '--quiet',
    '--template=',
    '--initial-branch=main',
    '.',
  );
  await git.run(folder, 'remote', 'add', 'origin', request.address);
  const { ref, commit } = await fetchLatest(git, folder, request);
  if (ref.kind === 'branch') {
    await git.run(
      folder,
      'checkout',
      '--quiet',
      '--force',
      '-B',
      ref.name,
      '--track',
      `refs/remotes/origin/${ref.name}`,
      '--',
    );
    await git.run(
      folder,
      'symbolic-ref',
      'refs/remotes/origin/HEAD',
      `refs/remotes/origin/${ref.name}`,
    );
  } else {
    await git.run(
      folder,
      'checkout',
      '--quiet',
      '--force',
      '--detach',
      commit,
      '--',
    );
  }
  if (request.recurseSubmodules)
    await updateSubmodules(git, folder, request.depth);
  return commit;
}

/** Brings submodules to what the checked-out commit names. */
export async function updateSubmodules(
  git: GitCommand,
  folder: string,
  depth: number,
): Promise<void> {
  await git.run(
    folder,
    'submodule',
    '--quiet',
    'update',
    '--init',
    '--recursive',
    '--force',
    ...depthArguments(depth),
  );
}
