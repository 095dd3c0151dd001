import type { Repository } from '../git/Repository';

/** Counts committed text files whose lines end with CR LF, wholly or in part. */
export async function readLineEndings({
  git,
}: Repository): Promise<{ crlf: number }> {
  // Bare repositories and fresh worktrees have no index to ask; then nothing is known.
  const listing = await git.maybe(['ls-files', '--eol', '-z']);
  let crlf = 0;
  for (const entry of listing?.split('\0') ?? []) {
    if (
      /^i\/(crlf|mixed)\s/.test(entry) &&
      !/\battr\/[^\t]*eol=crlf/.test(entry)
    ) {
      crlf += 1;
    }
  }
  return { crlf };
}
