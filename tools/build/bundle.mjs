/** Bundles the programs that are stale: `node tools/build/bundle.mjs [NAME …] [--force]`. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { contentHash } from './contentHash.mjs';
import { programs } from './programs.mjs';
import { readWorkspaces, root } from './workspaces.mjs';

/** Native modules stay in node_modules; only devcluster has any, and it never runs in a pod. */
const external = ['better-sqlite3', '@lydell/node-pty'];

const banner = `import { createRequire as greenroomCreateRequire } from 'node:module';
const require = greenroomCreateRequire(import.meta.url);`;

function inputsOf(program, workspaces) {
  const name = [...workspaces].find(
    ([, { folder }]) => folder === program.workspace,
  )[0];
  const needed = new Set();
  const visit = each => {
    if (needed.has(each)) return;
    needed.add(each);
    workspaces.get(each).needs.forEach(visit);
  };
  visit(name);
  return [
    'yarn.lock',
    'tools/build/*.mjs',
    ...[...needed].flatMap(each => {
      const { folder } = workspaces.get(each);
      return [`${folder}/package.json`, `${folder}/src/**/*`];
    }),
  ];
}

/** Bundles what is stale among the named programs (all, if none is named) and says which those were. */
export async function bundle(names = [], { force = false } = {}) {
  const workspaces = readWorkspaces();
  const wanted = programs.filter(
    ({ name, development }) =>
      names.includes(name) || (!names.length && !development),
  );
  const built = [];
  for (const program of wanted) {
    const outfile = path.join(root, program.outfile);
    const stamp = `${outfile}.sha256`;
    const hash = contentHash(inputsOf(program, workspaces));
    const isFresh =
      !force &&
      existsSync(outfile) &&
      existsSync(stamp) &&
      readFileSync(stamp, 'utf8') === hash;
    if (isFresh) continue;
    const { build } = await import('esbuild');
    await build({
      absWorkingDir: root,
      entryPoints: [program.entry],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node22',
      mainFields: ['module', 'main'],
      keepNames: true,
      minifySyntax: true,
      minifyWhitespace: true,
      legalComments: 'linked',
      banner: { js: banner },
      external,
      logLevel: 'warning',
      loader: { '.json': 'json' },
    });
    mkdirSync(path.dirname(stamp), { recursive: true });
    writeFileSync(stamp, hash);
    built.push(program.name);
  }
  return built;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2).filter(name => !name.startsWith('--'));
  const unknown = names.filter(
    name => !programs.some(program => program.name === name),
  );
  if (unknown.length) {
    process.stderr.write(
      `No program is called ${unknown.join(', ')}. There are: ${programs
        .map(({ name }) => name)
        .join(', ')}.\n`,
    );
    process.exit(2);
  }
  const started = Date.now();
  const built = await bundle(names, {
    force: process.argv.includes('--force'),
  });
  process.stdout.write(
    built.length
      ? `Bundled ${built.join(', ')} in ${Date.now() - started} ms\n`
      : 'Everything is up to date\n',
  );
}
