import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeParentFolders, namedParents } from './parentFolders';

describe('folders that only have mounts in them', () => {
  const mounts = [
    { inside: '/etc/greenroom/credentials/key', outside: '/host/key' },
    { inside: '/etc/greenroom/credentials/other', outside: '/host/other' },
    { inside: '/workspace', outside: '/host/workspace' },
  ];

  it('are found where a value names them, and nowhere else', () => {
    expect(
      namedParents(mounts, [
        '/etc/greenroom/credentials',
        '/workspace',
        '/etc/other',
        '/',
        'credentials',
      ]),
    ).toEqual(['/etc/greenroom/credentials']);
  });

  it('become folders with links to the mounts', async () => {
    const root = await mkdtemp(join(tmpdir(), 'parents-'));
    const key = join(root, 'volume');
    await mkdir(key);
    await writeFile(join(key, 'api-key'), 'k');
    const made = await makeParentFolders(
      root,
      ['/etc/greenroom/credentials'],
      [{ inside: '/etc/greenroom/credentials/key', outside: key }],
    );
    expect(made.map(({ inside }) => inside)).toEqual([
      '/etc/greenroom/credentials',
    ]);
    expect(
      await readFile(join(made[0].outside, 'key', 'api-key'), 'utf8'),
    ).toBe('k');
    await rm(root, { recursive: true });
  });
});
