import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openRepository } from '../git/Repository';
import type { InspectionContext } from '../Inspection';

/** Time of the inspection in tests; commits are dated from it. */
export const NOW = new Date('2026-06-15T12:00:00Z');

interface CommitOptions {
  author?: string;
  email?: string;
  daysAgo?: number;
  message?: string;
}

/** A repository of its own, made with git. */
export class TestRepository {
  readonly directory = mkdtempSync(join(tmpdir(), 'repo-doctor-test-'));

  constructor() {
    this.git('init', '--quiet', '--initial-branch=main');
  }

  /** Writes files (undefined removes one) and commits them. */
  commit(
    files: Record<string, string | Buffer | undefined>,
    options: CommitOptions = {},
  ): string {
    for (const [path, content] of Object.entries(files)) {
      const file = join(this.directory, path);
      if (content === undefined) {
        rmSync(file);
      } else {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, content);
      }
    }
    this.git('add', '--all', '--force');
    const {
      author = 'Ada Lovelace',
      email = 'ada@example.com',
      daysAgo = 1,
    } = options;
    const date = new Date(NOW.getTime() - daysAgo * 86_400_000).toISOString();
    this.run(
      ['commit', '--quiet', '--allow-empty', '-m', options.message ?? 'Change'],
      {
        GIT_AUTHOR_NAME: author,
        GIT_AUTHOR_EMAIL: email,
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_NAME: author,
        GIT_COMMITTER_EMAIL: email,
        GIT_COMMITTER_DATE: date,
      },
    );
    return this.git('rev-parse', 'HEAD');
  }

  git(...args: string[]): string {
    return this.run(args, {});
  }

  async context(): Promise<InspectionContext> {
    return {
      repository: await openRepository(this.directory),
      now: NOW,
      sectionLimitMs: 60_000,
    };
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  private run(args: string[], env: Record<string, string>): string {
    return execFileSync('git', args, {
      cwd: this.directory,
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        HOME: this.directory,
        GIT_CONFIG_NOSYSTEM: '1',
        ...env,
      },
    }).trim();
  }
}
