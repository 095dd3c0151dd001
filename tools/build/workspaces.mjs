import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');

/** Reads every workspace's package.json: name → { folder, manifest, dependencies on other workspaces }. */
export function readWorkspaces() {
  const { workspaces } = JSON.parse(
    readFileSync(path.join(root, 'package.json'), 'utf8'),
  );
  const found = new Map();
  for (const pattern of workspaces) {
    for (const file of globSync(`${pattern}/package.json`, { cwd: root })) {
      const manifest = JSON.parse(readFileSync(path.join(root, file), 'utf8'));
      found.set(manifest.name, { folder: path.dirname(file), manifest });
    }
  }
  for (const workspace of found.values()) {
    workspace.needs = Object.keys(workspace.manifest.dependencies ?? {}).filter(
      name => found.has(name),
    );
  }
  return found;
}
