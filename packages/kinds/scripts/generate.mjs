// Writes what is generated from the kinds: crds/, docs/reference/kinds.md and docs/troubleshooting.md. With --check it writes nothing, and exits
// with 1 when a file is not as it would be written.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { loadTypeScript, packageDir } from './loadTypeScript.mjs';

const root = dirname(dirname(packageDir));

async function readExamples() {
  const folder = join(packageDir, 'examples');
  const examples = new Map();
  for (const file of await readdir(folder)) {
    examples.set(
      file.replace(/\.yaml$/, ''),
      await readFile(join(folder, file), 'utf8'),
    );
  }
  return examples;
}

async function readOrNothing(path) {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Files in crds/ that no kind makes any more. */
async function leftovers(files) {
  const present = await readdir(join(root, 'crds')).catch(() => []);
  return present.map(name => `crds/${name}`).filter(path => !files.has(path));
}

const { generatedFiles } = await loadTypeScript(
  'src/generate/generatedFiles.ts',
);
const files = generatedFiles(await readExamples());
const stale = await leftovers(files);
for (const [path, content] of files) {
  if ((await readOrNothing(join(root, path))) !== content) stale.push(path);
}
if (process.argv.includes('--check')) {
  for (const path of stale) {
    process.stderr.write(
      `${path} is not what the kinds say. Run: node packages/kinds/scripts/generate.mjs\n`,
    );
  }
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const path of stale) {
    const content = files.get(path);
    await mkdir(dirname(join(root, path)), { recursive: true });
    if (content === undefined) await rm(join(root, path));
    else await writeFile(join(root, path), content);
    process.stdout.write(
      `${content === undefined ? 'removed' : 'wrote'} ${path}\n`,
    );
  }
}
