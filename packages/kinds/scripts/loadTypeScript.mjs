import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The folder of this package. */
export const packageDir = dirname(dirname(fileURLToPath(import.meta.url)));

/** Bundles a source file of this package in memory and imports it. */
export async function loadTypeScript(file) {
  const { outputFiles } = await build({
    entryPoints: [join(packageDir, file)],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    logLevel: 'error',
  });
  const code = Buffer.from(outputFiles[0].contents).toString('base64');
  return import(`data:text/javascript;base64,${code}`);
}
