/** `./greenroom bench [NAME …]`: runs benchmarks, prints a table and writes bench/results/<name>.json. */
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle } from '../tools/build/bundle.mjs';
import { root } from '../tools/build/workspaces.mjs';
import { formatRows } from './harness/formatRows.mjs';

const names = globSync('*.bench.ts', { cwd: import.meta.dirname })
  .map(file => file.replace('.bench.ts', ''))
  .sort();

async function load(name, folder) {
  const { build } = await import('esbuild');
  const outfile = path.join(folder, `${name}.mjs`);
  await build({
    absWorkingDir: root,
    entryPoints: [`bench/${name}.bench.ts`],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    external: ['better-sqlite3', '@lydell/node-pty'],
    banner: {
      js: "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);",
    },
    logLevel: 'error',
  });
  return import(pathToFileURL(outfile).href);
}

const wanted = process.argv.slice(3);
const unknown = wanted.filter(name => !names.includes(name));
if (unknown.length) {
  process.stderr.write(
    `No benchmark is called ${unknown.join(', ')}. There are: ${names.join(
      ', ',
    )}.\n`,
  );
  process.exit(2);
}

// Inside the repository, so that what is not bundled is found in node_modules.
const folder = mkdtempSync(path.join(process.env.GREENROOM_HOME, 'bench-'));
const results = path.join(import.meta.dirname, 'results');
mkdirSync(results, { recursive: true });
let missed = 0;
try {
  await bundle();
  for (const name of wanted.length ? wanted : names) {
    const { title, run } = await load(name, folder);
    process.stdout.write(`\n${title}\n`);
    const rows = await run({ root, home: process.env.GREENROOM_HOME, folder });
    process.stdout.write(formatRows(rows));
    missed += rows.filter(row => row.met === false).length;
    writeFileSync(
      path.join(results, `${name}.json`),
      `${JSON.stringify(
        {
          name,
          title,
          at: new Date().toISOString(),
          machine: {
            cpu: os.cpus()[0].model,
            cores: os.cpus().length,
            memoryBytes: os.totalmem(),
            node: process.version,
          },
          rows,
        },
        undefined,
        2,
      )}\n`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(
  missed ? `\n${missed} figures are beyond their target.\n` : '\n',
);
process.exit(0);
