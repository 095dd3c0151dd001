import { spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../CliError';
import { UpOptions } from '../commands/UpOptions';
import { GreenroomHome } from '../home/GreenroomHome';
import { readRunning, RunState } from '../home/RunState';

/** The longest that a start may take before it is taken for stuck: the operator's own 90 s and some. */
const READY_TIMEOUT_MS = 150_000;

/**
 * Starts `up` as a process of its own that outlives this one, and waits until it is ready.
 *
 * @throws {@link CliError} with what it said, when it ended instead.
 */
export async function detach(
  home: GreenroomHome,
  { port }: UpOptions,
): Promise<RunState> {
  const logFile = path.join(home.logs, 'up.log');
  const log = openSync(logFile, 'w');
  const child = spawn(
    process.execPath,
    [
      process.argv[1],
      'up',
      ...(port === undefined ? [] : ['--port', String(port)]),
    ],
    { detached: true, stdio: ['ignore', log, log] },
  );
  let hasEnded = false;
  child.once('exit', () => {
    hasEnded = true;
  });
  const end = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    const state = readRunning(home);
    if (state) {
      child.unref();
      return state;
    }
    if (hasEnded || Date.now() > end) {
      if (!hasEnded) process.kill(child.pid!, 'SIGTERM');
      throw new CliError(
        `Greenroom did not start:\n${readFileSync(logFile, 'utf8').trim()}`,
      );
    }
    await sleep(50);
  }
}
