import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** All files below a folder, links followed, but for what is left out. */
export function filesBelow(
  folder: string,
  isLeftOut: (file: string) => boolean = () => false,
): string[] {
  return readdirSync(folder).flatMap(name => {
    const file = path.join(folder, name);
    if (isLeftOut(file)) return [];
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat?.isDirectory()) return filesBelow(file, isLeftOut);
    return stat?.isFile() ? [file] : [];
  });
}
