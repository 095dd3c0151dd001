import type { Git } from '../git/Git';

/** One commit, as far as history is judged by it. */
export interface Commit {
  id: string;
  /** Author after .mailmap. */
  name: string;
  email: string;
  /** Author as recorded, before .mailmap. */
  rawName: string;
  rawEmail: string;
  /** Author time in seconds since 1970. */
  time: number;
  isMerge: boolean;
}

const FIELD = '\x1f';
const FORMAT = ['%H', '%aN', '%aE', '%an', '%ae', '%at', '%P'].join('%x1f');

/** All commits that HEAD reaches, newest first. 100,000 of them take about a second. */
export async function readCommits(git: Git, head: string): Promise<Commit[]> {
  const commits: Commit[] = [];
  const records = git.records(['log', '-z', `--format=${FORMAT}`, head], '\0');
  for await (const record of records) {
    const [id, name, email, rawName, rawEmail, time, parents = ''] =
      record.split(FIELD);
    commits.push({
      id,
      name,
      email: email.toLowerCase(),
      rawName,
      rawEmail: rawEmail.toLowerCase(),
      time: Number(time),
      isMerge: parents.includes(' '),
    });
  }
  return commits;
}
