import { readFile } from 'node:fs/promises';
import { getCACertificates } from 'node:tls';

/** The certificates to trust: Node's own and those of a PEM file. Unset without a file, which means Node's own. */
export async function trustedAuthorities(
  caFile: string | undefined,
): Promise<string[] | undefined> {
  if (!caFile) return undefined;
  return [...getCACertificates('default'), await readFile(caFile, 'utf8')];
}
