/** What a ref turned out to be, and what to fetch for it. */
export type DecidedRef =
  | { kind: 'branch'; name: string; commit: string }
  | { kind: 'tag'; name: string; commit: string }
  | { kind: 'commit'; commit: string; isAbbreviated: boolean };

const COMMIT = /^[0-9a-f]{7,64}$/;

/** Reads the output of `git ls-remote --symref` into refs and the branch that HEAD names. */
function readRefs(listing: string): {
  refs: Map<string, string>;
  head?: string;
} {
  const refs = new Map<string, string>();
  let head: string | undefined;
  for (const line of listing.split('\n')) {
    const [value, name] = line.split('\t');
    if (!name) continue;
    if (value.startsWith('ref: ')) {
      if (name === 'HEAD') head = value.slice('ref: '.length);
    } else refs.set(name, value);
  }
  return { refs, ...(head && { head }) };
}

/**
 * Decides what a ref means in a repository: a branch before a tag before a commit, as people expect.
 *
 * @param listing output of `git ls-remote --symref <repository>`
 * @returns the sentence that refuses it when the repository has no such ref
 */
export function decideRef(
  listing: string,
  ref: string,
): DecidedRef | { refused: string } {
  const { refs, head } = readRefs(listing);
  if (refs.size === 0)
    return { refused: 'the repository is empty. Push a first commit.' };
  if (ref === 'HEAD') {
    const commit = refs.get('HEAD');
    if (!commit)
      return {
        refused: 'its default branch has no commit. Name a branch in git.ref.',
      };
    if (head?.startsWith('refs/heads/'))
      return { kind: 'branch', name: head.slice('refs/heads/'.length), commit };
    return { kind: 'commit', commit, isAbbreviated: false };
  }
  const branch = ref.replace(/^refs\/heads\//, '');
  const branchCommit = refs.get(`refs/heads/${branch}`);
  if (branchCommit)
    return { kind: 'branch', name: branch, commit: branchCommit };
  const tag = ref.replace(/^refs\/tags\//, '');
  const tagCommit =
    refs.get(`refs/tags/${tag}^{}`) ?? refs.get(`refs/tags/${tag}`);
  if (tagCommit) return { kind: 'tag', name: tag, commit: tagCommit };
  if (COMMIT.test(ref))
    return {
      kind: 'commit',
      commit: ref,
      isAbbreviated: ref.length !== 40 && ref.length !== 64,
    };
  return { refused: `it has no branch or tag "${ref}". Correct git.ref.` };
}
