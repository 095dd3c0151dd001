import { access, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlannedCheckout } from '../plan/ContextPlan';
import { cloneRepository, fetchLatest } from './cloneRepository';
import { GitError, type GitCommand } from './GitCommand';
import { openRepository, type GitSurroundings } from './openRepository';
import { readChanges } from './readChanges';
import { TargetTree } from './TargetTree';

/** How a checkout stands against its repository. */
export interface SyncStatus {
  /** `Blocked`: files changed here would be overwritten. `Diverged`: the agent made commits, or upstream's history was rewritten. */
  phase: 'Synced' | 'Blocked' | 'Diverged' | 'Failed';
  /** The commit that is in place. */
  commit?: string;
  /** The newest commit of the repository, as far as it could be asked. */
  observed?: string;
  /** A sentence, for every phase but `Synced`. */
  message?: string;
}

/** How many paths a sentence names before it only counts. */
const MOST_NAMED_PATHS = 5;

function nameSome(paths: readonly string[]): string {
  const named = paths
    .slice(0, MOST_NAMED_PATHS)
    .map(path => `"${path}"`)
    .join(', ');
  const more = paths.length - MOST_NAMED_PATHS;
  return more > 0 ? `${named} and ${more} more` : named;
}

/** Keeps one checkout in step with its repository, by way of a private clone, and never overwrites what was changed in place. */
export class SyncedCheckout {
  private readonly clone: string;
  private readonly tree: TargetTree;
  private observed: string | undefined;

  /**
   * @param target absolute path of the checkout
   * @param scratch a folder only this process writes to; the private clone is kept there
   * @param commit the commit that is in place
   */
  constructor(
    private readonly checkout: PlannedCheckout,
    target: string,
    scratch: string,
    private commit: string,
    private readonly surroundings: GitSurroundings,
  ) {
    this.clone = join(scratch, 'sync-clone');
    this.tree = new TargetTree(target, checkout.subPath);
  }

  /** One round: fetch, compare, apply. Never throws; a failure is a status. */
  async sync(): Promise<SyncStatus> {
    try {
      const repository = await openRepository(this.checkout, this.surroundings);
      try {
        return await this.round(repository.git, repository.address);
      } finally {
        await repository.close();
      }
    } catch (error) {
      this.surroundings.signal?.throwIfAborted();
      return this.status(
        'Failed',
        `"${this.checkout.repository}" could not be fetched: ${
          (error as Error).message
        }`,
      );
    }
  }

  private status(phase: SyncStatus['phase'], message?: string): SyncStatus {
    return {
      phase,
      commit: this.commit,
      ...(this.observed && { observed: this.observed }),
      ...(message && { message }),
    };
  }

  private async round(git: GitCommand, address: string): Promise<SyncStatus> {
    const request = { ...this.checkout, address };
    const latest = await this.fetch(git, request);
    this.observed = latest;
    if (latest === this.commit) return this.status('Synced');
    const head = await this.tree.head();
    if (head && head !== this.commit) {
      return this.status(
        'Diverged',
        `The agent has made commits of its own in "${
          this.checkout.path || '.'
        }", so ${latest.slice(0, 12)} was not applied. Push or remove them.`,
      );
    }
    if (!(await this.has(git, this.commit))) {
      return this.status(
        'Diverged',
        `Commit ${this.commit.slice(0, 12)} is no longer in "${
          this.checkout.repository
        }", so ${latest.slice(
          0,
          12,
        )} was not applied. Restart the agent's pod for a fresh clone.`,
      );
    }
    const only = this.checkout.subPath ? ['--', this.checkout.subPath] : [];
    const output = await git.run(
      this.clone,
      'diff',
      '--raw',
      '-z',
      '--no-abbrev',
      '--no-renames',
      this.commit,
      latest,
      ...only,
    );
    const changes = readChanges(output);
    const edited = await this.tree.localEdits(changes);
    if (edited.length > 0) {
      return this.status(
        'Blocked',
        `${nameSome(
          edited,
        )} changed both here and in the repository, so ${latest.slice(
          0,
          12,
        )} was not applied. Remove or push the changes here.`,
      );
    }
    await git.run(this.clone, 'reset', '--quiet', '--hard', latest);
    await this.tree.apply(changes, this.clone);
    await this.tree.copyRepository(this.clone);
    this.commit = latest;
    return this.status('Synced');
  }

  private async fetch(
    git: GitCommand,
    request: Parameters<typeof cloneRepository>[2],
  ): Promise<string> {
    const exists = await access(
      join(this.clone, '.git', 'greenroom-complete'),
    ).then(
      () => true,
      () => false,
    );
    if (exists) return (await fetchLatest(git, this.clone, request)).commit;
    await rm(this.clone, { recursive: true, force: true });
    const commit = await cloneRepository(git, this.clone, request);
    await writeFile(join(this.clone, '.git', 'greenroom-complete'), '');
    return commit;
  }

  private async has(git: GitCommand, commit: string): Promise<boolean> {
    const exists = () =>
      git.run(this.clone, 'cat-file', '-e', `${commit}^{commit}`);
    try {
      await exists();
      return true;
    } catch {
      try {
        await git.run(
          this.clone,
          'fetch',
          '--quiet',
          '--depth=1',
          '--no-tags',
          'origin',
          commit,
        );
        return true;
      } catch (error) {
        if ((error as GitError).isTimeout) throw error;
        return false;
      }
    }
  }
}
