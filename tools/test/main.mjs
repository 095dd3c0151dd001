/** `./greenroom test [--only PART …]`: what CI runs. Ends with one line that sums every part's own report. */
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, closeSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../build/workspaces.mjs';
import { parts } from './parts.mjs';

const logs = path.join(process.env.GREENROOM_HOME, 'logs', 'test');

/** Runs a command for a part, its output in the part's log file. Answers the exit status, or 'timeout'. */
function runLogged(log, command, args, { env = {}, timeoutMs }) {
  return new Promise(resolve => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...env },
      detached: true,
    });
    const timer = setTimeout(() => {
      process.kill(-child.pid, 'SIGKILL');
      resolve('timeout');
    }, timeoutMs);
    child.on('error', () => resolve('could not be started'));
    child.on('close', status => {
      clearTimeout(timer);
      resolve(status);
    });
  });
}

async function runPart(part) {
  const file = path.join(logs, `${part.name}.log`);
  const log = openSync(file, 'w');
  const started = Date.now();
  let result;
  try {
    result = await part.run({
      run: (command, args, options = {}) =>
        runLogged(log, command, args, { timeoutMs: 20 * 60_000, ...options }),
      logFile: file,
    });
  } catch (error) {
    result = { passed: 0, failed: 1, skipped: 0, cause: error.message };
  } finally {
    closeSync(log);
  }
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  const { passed, failed, skipped } = result;
  process.stdout.write(
    `${failed ? '✗' : '✓'} ${part.name.padEnd(14)} ${`${seconds} s`.padStart(
      8,
    )}   passed ${passed}, failed ${failed}, skipped ${skipped}\n`,
  );
  if (failed) {
    const output = readFileSync(file, 'utf8').trimEnd().split('\n');
    process.stdout.write(
      `${output.slice(-80).join('\n')}\n${
        result.cause ? `${result.cause}\n` : ''
      }The whole output is in ${path.relative(process.cwd(), file)}\n`,
    );
  }
  return result;
}

function wantedParts(args) {
  const only = args.flatMap((arg, index) =>
    arg === '--only' ? (args[index + 1] ?? '').split(',') : [],
  );
  const unknown = only.filter(name => !parts.some(part => part.name === name));
  if (unknown.length || (args.length && !only.length)) {
    process.stderr.write(
      `greenroom test [--only PART[,PART]]. Parts: ${parts
        .map(({ name }) => name)
        .join(', ')}.\n`,
    );
    process.exit(2);
  }
  return only.length ? parts.filter(({ name }) => only.includes(name)) : parts;
}

mkdirSync(logs, { recursive: true });
const started = Date.now();
const sum = { passed: 0, failed: 0, skipped: 0 };
for (const part of wantedParts(process.argv.slice(3))) {
  const result = await runPart(part);
  for (const key of Object.keys(sum)) sum[key] += result[key];
}
process.stdout.write(
  `Took ${Math.round((Date.now() - started) / 1000)} s\n${sum.passed} passed, ${
    sum.failed
  } failed, ${sum.skipped} skipped\n`,
);
process.exit(sum.failed ? 1 : 0);
