import type { Direct, LockFile, Manifest } from './Project';

/** Reads a go.mod; versions in it are exact, and `// indirect` tells what is transitive. */
export function readGoMod(path: string, text: string): Manifest {
  const direct: Direct[] = [];
  const indirect: Direct[] = [];
  let inRequire = false;
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (/^require\s*\($/.test(line)) inRequire = true;
    else if (line === ')') inRequire = false;
    const entry = (
      inRequire ? /^(\S+)\s+(v\S+)/ : /^require\s+(\S+)\s+(v\S+)/
    ).exec(line);
    if (!entry) continue;
    (/\/\/.*\bindirect\b/.test(line) ? indirect : direct).push({
      name: entry[1],
      wanted: entry[2],
      use: 'runtime',
    });
  }
  return {
    ecosystem: 'Go',
    path,
    direct,
    indirect,
    hasLicenceField: false,
    isPrivate: false,
    isExact: true,
  };
}

/** Reads a go.sum: digests of everything that was ever looked at while versions were chosen. */
export function readGoSum(path: string, text: string): LockFile {
  const packages = text.split('\n').flatMap(line => {
    const [name, version] = line.split(' ');
    return version && !version.endsWith('/go.mod') ? { name, version } : [];
  });
  return { ecosystem: 'Go', path, tool: 'go', packages };
}
