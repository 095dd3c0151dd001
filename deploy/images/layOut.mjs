/**
 * `node deploy/images/layOut.mjs IMAGE FOLDER`: puts what an image has in /app into a folder, namely the bundle and
 * an executable for it. The Dockerfile beside this file uses it, and so can any other way of making an image.
 */
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const images = JSON.parse(
  readFileSync(path.join(import.meta.dirname, 'images.json'), 'utf8'),
);

const [name, folder] = process.argv.slice(2);
const image = images[name];
if (!image || !folder) {
  process.stderr.write(
    `Usage: node deploy/images/layOut.mjs IMAGE FOLDER. Images: ${Object.keys(
      images,
    ).join(', ')}.\n`,
  );
  process.exit(2);
}

const bundle = path.basename(image.bundle);
mkdirSync(path.join(folder, 'bin'), { recursive: true });
copyFileSync(path.join(root, image.bundle), path.join(folder, bundle));
writeFileSync(
  path.join(folder, 'package.json'),
  `${JSON.stringify(
    { name: `greenroom-${name}`, private: true, type: 'module', main: bundle },
    undefined,
    2,
  )}\n`,
);
const executable = path.join(folder, 'bin', image.executable);
const command = ['node', ...(image.nodeOptions ?? []), `/app/${bundle}`];
writeFileSync(executable, `#!/bin/sh\nexec ${command.join(' ')} "$@"\n`);
chmodSync(executable, 0o755);
