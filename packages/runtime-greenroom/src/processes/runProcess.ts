import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { BoundedText } from './BoundedText';
import { endProcesses, PROCESS_MARK } from './endProcesses';

/** What to run, where, and what may stop it. */
export interface ProcessRequest {
  command: string;
  args: string[];
  cwd: string;
  env: Record<string, string>;
  /** Aborting it ends the whole process group within a second. */
  signal: AbortSignal;
  timeoutMs: number;
  /** Called with decoded output as it arrives. */
  onOutput?: (text: string, source: 'stdout' | 'stderr') => void;
  /** Bytes kept of each of stdout and stderr; what lies between head and tail is dropped. */
  outputLimitBytes: number;
}

/** How a process ended. Exactly one of `exitCode`, `timedOut`, `aborted` and `killedBy` tells. */
export interface ProcessResult {
  stdout: string;
  stderr: string;
  exitCode?: number;
  timedOut: boolean;
  aborted: boolean;
  killedBy?: string;
  durationMs: number;
}

/**
 * Runs a program in a process group of its own and ends the whole group with it: nothing it started
 * in the background outlives the call.
 *
 * @throws {Error} when the program cannot be started at all.
 */
export function runProcess(request: ProcessRequest): Promise<ProcessResult> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    if (request.signal.aborted) {
      resolve({
        stdout: '',
        stderr: '',
        timedOut: false,
        aborted: true,
        durationMs: 0,
      });
      return;
    }
    const mark = randomUUID();
    const child = spawn(request.command, request.args, {
      cwd: request.cwd,
      env: { ...request.env, [PROCESS_MARK]: mark },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stdout = new BoundedText(request.outputLimitBytes);
    const stderr = new BoundedText(request.outputLimitBytes);
    let timedOut = false;
    let aborted = false;

    const end = () => child.pid !== undefined && endProcesses(child.pid, mark);
    const onAbort = () => {
      aborted = true;
      end();
    };
    const timer = setTimeout(() => {
      timedOut = true;
      end();
    }, request.timeoutMs);
    request.signal.addEventListener('abort', onAbort, { once: true });

    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout.append(text);
      request.onOutput?.(text, 'stdout');
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr.append(text);
      request.onOutput?.(text, 'stderr');
    });
    const settle = () => {
      clearTimeout(timer);
      request.signal.removeEventListener('abort', onAbort);
    };
    child.on('error', error => {
      settle();
      reject(
        new Error(
          `"${request.command}" could not be started in ${request.cwd}: ${error.message}. Check that the program and the folder exist in the agent's image.`,
          { cause: error },
        ),
      );
    });
    // What the program left in the background would hold the pipes open for ever.
    child.on('exit', end);
    child.on('close', (code, killedBy) => {
      settle();
      resolve({
        stdout: stdout.toString(),
        stderr: stderr.toString(),
        exitCode: code ?? undefined,
        timedOut,
        aborted,
        killedBy: killedBy ?? undefined,
        durationMs: Math.round(performance.now() - started),
      });
    });
  });
}
