import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** The keys of one credential's folder; undefined when the pod was not given it. */
export async function readCredential(
  credentialsDir: string,
  name: string,
): Promise<Record<string, string> | undefined> {
  // The name comes from a manifest; it is one folder's and never a path.
  const folder = join(credentialsDir, basename(name));
  const keys = await readdir(folder).catch(() => []);
  const entries = await Promise.all(
    keys
      .filter(key => !key.startsWith('..'))
      .map(
        async key => [key, await readFile(join(folder, key), 'utf8')] as const,
      ),
  );
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
