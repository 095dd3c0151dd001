import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { root } from './workspaces.mjs';

/**
 * SHA-256 over names and contents of the files that the patterns match, so that a build is repeated when, and
 * only when, what goes into it changed. Modification times would lie after a checkout.
 */
export function contentHash(patterns) {
  const hash = createHash('sha256');
  const files = patterns
    .flatMap(pattern => globSync(pattern, { cwd: root }))
    .filter(file => statSync(path.join(root, file)).isFile())
    .sort();
  for (const file of files) {
    const content = readFileSync(path.join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}
