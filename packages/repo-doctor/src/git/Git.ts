import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

/**
 * Settings for a repository that is not trusted: nothing it configures may run a program, and whoever owns the
 * folder may be another user, as in a volume.
 */
const SAFE_CONFIG = [
  'safe.directory=*',
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'core.quotePath=false',
  'log.showSignature=false',
  'gc.auto=0',
];

/** A git command that did not work, with what git said. */
export class GitError extends Error {
  readonly name = 'GitError';
}

/** Runs git in one repository. */
export class Git {
  constructor(readonly directory: string) {}

  /** Output of a command as text, without the last newline. */
  async text(args: string[], options: GitOptions = {}): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of this.stream(args, options)) chunks.push(chunk);
    return Buffer.concat(chunks).toString().replace(/\n$/, '');
  }

  /** Output of a command, or undefined where it fails: for questions whose answer may be "there is none". */
  async maybe(args: string[]): Promise<string | undefined> {
    try {
      return await this.text(args);
    } catch (error) {
      if (error instanceof GitError) return undefined;
      throw error;
    }
  }

  /** Output cut at `separator`, as it arrives; leaving the loop early ends git. */
  async *records(
    args: string[],
    separator: '\n' | '\0' = '\n',
    options: GitOptions = {},
  ): AsyncGenerator<string> {
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of this.stream(args, options)) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split(
        separator,
      );
      rest = parts.pop()!;
      yield* parts;
    }
    if (rest) yield rest;
  }

  /** Raw output as it arrives. */
  async *stream(
    args: string[],
    options: GitOptions = {},
  ): AsyncGenerator<Buffer> {
    const child = this.spawn(args, options);
    let said = '';
    child.stderr!.setEncoding('utf8').on('data', text => {
      said = (said + text).slice(-2_000);
    });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.on('error', cause =>
        reject(
          new GitError(
            `git could not be started: ${cause.message}. The image needs git.`,
            { cause },
          ),
        ),
      );
      child.on('close', resolve);
    });
    // Whoever leaves the loop early never awaits it.
    ended.catch(() => undefined);
    if (options.input !== undefined) {
      // git may end before it has read everything; its exit code tells why.
      child.stdin!.on('error', () => undefined);
      child.stdin!.end(options.input);
    }
    let finished = false;
    try {
      yield* child.stdout as Readable & AsyncIterable<Buffer>;
      const code = await ended;
      finished = true;
      const allowed = options.allowedExitCodes ?? [0];
      if (code === null || !allowed.includes(code)) {
        throw new GitError(`git ${args[0]} failed (${code}): ${said.trim()}`);
      }
    } finally {
      if (!finished) child.kill();
    }
  }

  /** Starts git with its streams open; for programs that talk both ways. */
  spawn(args: string[], options: GitOptions = {}) {
    const config = SAFE_CONFIG.flatMap(setting => ['-c', setting]);
    return spawn('git', [...config, ...args], {
      cwd: this.directory,
      env: {
        ...process.env,
        GIT_TERMINAL_PROMPT: '0',
        GIT_OPTIONAL_LOCKS: '0',
        GIT_NO_LAZY_FETCH: '1',
        LC_ALL: 'C',
        ...options.env,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }
}

interface GitOptions {
  input?: string | Buffer;
  env?: Record<string, string>;
  /** grep, for one, says "nothing found" with 1. */
  allowedExitCodes?: number[];
}
