/**
 * What the launcher hands over to: installs dependencies and bundles programs when they are missing or stale,
 * then runs the command. It uses nothing but Node, because nothing else is there on a fresh clone.
 */
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { contentHash } from './build/contentHash.mjs';
import { root } from './build/workspaces.mjs';

/** An install takes 1.5 GB, bundles and state some hundred MB more; yarn's own message on a full disk is a stack. */
const NEEDED_BYTES = 2.5e9;

class LaunchError extends Error {}

function freeBytes(folder) {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Runs a step, showing a line that counts its seconds on a terminal, and its output only when it fails. */
function runStep(title, command, args) {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const isTerminal = process.stderr.isTTY;
  process.stderr.write(isTerminal ? `${title} …` : `${title} …\n`);
  const ticker =
    isTerminal &&
    setInterval(
      () => process.stderr.write(`\r${title} … ${seconds()} s`),
      1000,
    );
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = chunk => {
      output = (output + chunk).slice(-20_000);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    child.on('close', code => {
      if (ticker) clearInterval(ticker);
      const end = code === 0 ? `done in ${seconds()} s` : 'failed';
      process.stderr.write(
        isTerminal ? `\r${title} … ${end}\n` : `${title}: ${end}\n`,
      );
      if (code === 0) resolve(output);
      else reject(new LaunchError(explainInstall(output)));
    });
  });
}

function explainInstall(output) {
  const tail = output.trim().split('\n').slice(-15).join('\n');
  if (/ENOSPC|no space left/i.test(output)) {
    return `the disk is full. Free about ${
      NEEDED_BYTES / 1e9
    } GB below ${root} and start again.\n${tail}`;
  }
  if (
    /ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|RequestError|network/i.test(
      output,
    )
  ) {
    return `the npm registry could not be reached. Check the network, a proxy (HTTPS_PROXY) or npmRegistryServer in .yarnrc.yml, and start again; what was fetched is kept.\n${tail}`;
  }
  return `dependencies could not be installed:\n${tail}`;
}

async function ensureInstalled() {
  const hash = contentHash([
    'yarn.lock',
    '.yarnrc.yml',
    'package.json',
    'e2e/package.json',
    'operator/package.json',
    'packages/*/package.json',
    'plugins/*/package.json',
  ]);
  const stamp = path.join(root, 'node_modules', '.greenroom-install');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  if (freeBytes(root) < NEEDED_BYTES && !existsSync(stamp)) {
    throw new LaunchError(
      `${root} has ${Math.round(
        freeBytes(root) / 1e6,
      )} MB free, and an install takes about ${
        NEEDED_BYTES / 1e9
      } GB. Free some space and start again.`,
    );
  }
  rmSync(stamp, { force: true });
  await runStep('Installing dependencies', process.execPath, [
    path.join(root, '.yarn/releases/yarn-4.13.0.cjs'),
    'install',
    '--immutable',
  ]);
  writeFileSync(stamp, hash);
}

async function ensureBundled(names) {
  const { bundle } = await import('./build/bundle.mjs');
  const started = Date.now();
  const built = await bundle(names);
  if (built.length) {
    process.stderr.write(
      `Bundled ${built.join(', ')} in ${((Date.now() - started) / 1000).toFixed(
        1,
      )} s\n`,
    );
  }
}

async function main() {
  const [command] = process.argv.slice(2);
  const cli = path.join(root, 'packages/cli/dist/greenroom.mjs');
  mkdirSync(process.env.GREENROOM_HOME, { recursive: true });
  // Commands that only look or stop must work, and be quick, on whatever is there.
  const onlyLooks = ['down', 'status'].includes(command) && existsSync(cli);
  if (!onlyLooks && !process.argv.includes('--no-build')) {
    await ensureInstalled();
    if (command !== 'test') await ensureBundled([]);
  }
  if (command === 'test') {
    await import('./test/main.mjs');
  } else if (command === 'bench') {
    await import('../bench/main.mjs');
  } else {
    await import(cli);
  }
}

main().catch(error => {
  if (error instanceof LaunchError) {
    process.stderr.write(`greenroom: ${error.message}\n`);
  } else if (error.code === 'ENOSPC') {
    process.stderr.write(
      `greenroom: the disk is full (${
        error.path ?? process.env.GREENROOM_HOME
      }). Free some space, or name another folder in GREENROOM_HOME.\n`,
    );
  } else {
    process.stderr.write(`greenroom: ${error.stack}\n`);
  }
  process.exit(1);
});
