import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Recorder } from '../server/Recorder';

/** How a process ended. */
export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A line that a process wrote. */
export interface OutputLine {
  from: 'stdout' | 'stderr';
  text: string;
}

/** What to run. */
export interface ProcessOptions {
  command: string;
  args?: readonly string[];
  cwd?: string;
  /** The whole environment; nothing is inherited but PATH. */
  env?: Record<string, string>;
}

/** A program in a process group of its own, which a test kills and pauses when it pleases. */
export class ProcessUnderTest {
  /** What it wrote, line by line; `waitFor` waits for a line. */
  readonly output = new Recorder<OutputLine>();
  /** Settles when the process has ended and its output is read. */
  readonly ended: Promise<ProcessEnd>;

  private constructor(private readonly child: ChildProcess) {
    for (const from of ['stdout', 'stderr'] as const) {
      createInterface({ input: child[from]! }).on('line', text =>
        this.output.add({ from, text }),
      );
    }
    this.ended = once(child, 'close').then(([code, signal]) => ({
      code,
      signal,
    }));
  }

  /** Starts it. Rejects when the command cannot be run. */
  static async start({
    command,
    args = [],
    cwd,
    env = {},
  }: ProcessOptions): Promise<ProcessUnderTest> {
    const child = spawn(command, args, {
      cwd,
      env: { PATH: process.env.PATH, ...env },
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    await once(child, 'spawn');
    return new ProcessUnderTest(child);
  }

  get pid(): number {
    return this.child.pid!;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  write(text: string): void {
    this.child.stdin!.write(text);
  }

  endInput(): void {
    this.child.stdin!.end();
  }

  /** The first line that fits, now or later. */
  async line(pattern: RegExp, withinMs?: number): Promise<string> {
    const found = await this.output.waitFor(({ text }) => pattern.test(text), {
      withinMs,
    });
    return found.text;
  }

  /** SIGKILL to the whole group: no handler runs, nothing is flushed. */
  async killHard(): Promise<ProcessEnd> {
    this.signal('SIGKILL');
    return this.ended;
  }

  /** Kills it hard at a point of its own: when it writes a line that fits. */
  async killAtLine(pattern: RegExp, withinMs?: number): Promise<ProcessEnd> {
    await this.line(pattern, withinMs);
    return this.killHard();
  }

  /** Stops it where it is, as a frozen node would; its connections stay open. */
  pause(): void {
    this.signal('SIGSTOP');
  }

  resume(): void {
    this.signal('SIGCONT');
  }

  /** Asks it to end, and kills it hard when it has not within `graceMs`. */
  async stop(graceMs = 5_000): Promise<ProcessEnd> {
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), graceMs);
    return this.ended.finally(() => clearTimeout(timer));
  }

  private signal(signal: NodeJS.Signals): void {
    if (!this.isRunning) return;
    try {
      process.kill(-this.pid, signal);
    } catch (error) {
      // It ended in between.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
