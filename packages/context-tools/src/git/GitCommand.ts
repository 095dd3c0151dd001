import { spawn } from 'node:child_process';

/** A git command that failed; the message holds what git said, without secrets. */
export class GitError extends Error {
  readonly name = 'GitError';

  constructor(message: string, readonly isTimeout = false) {
    super(message);
  }
}

/** How git is started: its environment, and what must not appear in messages. */
export interface GitCommandOptions {
  env: NodeJS.ProcessEnv;
  /** Longest time of one command, in milliseconds. */
  timeoutMs: number;
  /** Texts cut out of error messages. */
  secrets?: readonly string[];
  signal?: AbortSignal;
}

/** Enough for `ls-remote` and `diff --name-status` of very large repositories. */
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;
const MOST_MESSAGE_CHARACTERS = 2_000;

/** Runs the `git` binary with arguments that are never seen by a shell, and stops its whole process group. */
export class GitCommand {
  constructor(private readonly options: GitCommandOptions) {}

  /**
   * @returns what git wrote to standard output
   * @throws {@link GitError}
   */
  async run(folder: string, ...args: string[]): Promise<string> {
    const { env, timeoutMs, signal } = this.options;
    signal?.throwIfAborted();
    const child = spawn('git', args, {
      cwd: folder,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let timedOut = false;
    const stop = () => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // The group has ended by itself.
      }
    };
    const timer = setTimeout(() => {
      timedOut = true;
      stop();
    }, timeoutMs);
    signal?.addEventListener('abort', stop, { once: true });
    const output: Buffer[] = [];
    let bytes = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MOST_OUTPUT_BYTES) output.push(chunk);
      else stop();
    });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      complaint = (complaint + chunk).slice(-MOST_MESSAGE_CHARACTERS);
    });
    try {
      const code = await new Promise<number | null>((resolve, reject) => {
        child.once('error', reject);
        child.once('close', resolve);
      });
      signal?.throwIfAborted();
      if (timedOut)
        throw new GitError(
          `git ${args[0]} took longer than ${timeoutMs / 1000} s`,
          true,
        );
      if (code !== 0)
        throw new GitError(`git ${args[0]} failed: ${this.clean(complaint)}`);
      return Buffer.concat(output).toString('utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        throw new GitError(
          'the git program was not found. Install git in the image.',
        );
      }
      throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    }
  }

  private clean(complaint: string): string {
    let text = complaint.trim();
    for (const secret of this.options.secrets ?? []) {
      if (secret.length >= 4) text = text.replaceAll(secret, '…');
    }
    return text || 'it gave no reason';
  }
}
