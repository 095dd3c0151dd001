import {
  mkdtemp,
  readFile,
  readdir,
  readlink,
  rm,
  stat,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writePayload } from './writePayload';

const file = (path: string, text: string, mode = 0o644) => ({
  path,
  content: Buffer.from(text),
  mode,
});

describe('writePayload', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'payload-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const read = (path: string) => readFile(join(folder, path), 'utf8');
  const visible = async () =>
    (await readdir(folder)).filter(name => !name.startsWith('..')).sort();

  it('writes files with their modes, in folders too', async () => {
    await writePayload(folder, [file('a', '1', 0o400), file('d/b', '2')]);
    expect(await visible()).toEqual(['a', 'd']);
    expect([await read('a'), await read('d/b')]).toEqual(['1', '2']);
    expect((await stat(join(folder, 'a'))).mode.toString(8)).toMatch(/400$/);
  });

  it('changes everything at once, and removes what is gone', async () => {
    await writePayload(folder, [file('a', '1'), file('b', '2')]);
    const before = await readlink(join(folder, '..data'));
    expect(await writePayload(folder, [file('a', '3'), file('c', '4')])).toBe(
      true,
    );
    expect(await readlink(join(folder, '..data'))).not.toBe(before);
    expect(await visible()).toEqual(['a', 'c']);
    expect([await read('a'), await read('c')]).toEqual(['3', '4']);
    expect(await readdir(folder)).not.toContain(before);
  });

  it('leaves alone what is the same', async () => {
    const files = [file('a', '1'), file('d/b', '2')];
    await writePayload(folder, files);
    const before = await readlink(join(folder, '..data'));
    expect(await writePayload(folder, files)).toBe(false);
    expect(await readlink(join(folder, '..data'))).toBe(before);
  });

  it('sees that only a mode has changed', async () => {
    await writePayload(folder, [file('a', '1', 0o644)]);
    expect(await writePayload(folder, [file('a', '1', 0o600)])).toBe(true);
  });

  it('makes an empty folder of nothing', async () => {
    await writePayload(folder, []);
    expect(await visible()).toEqual([]);
  });

  it.each(['../x', '/x', 'a/../../x', '.'])('refuses %s', async path => {
    await expect(writePayload(folder, [file(path, '')])).rejects.toThrow(
      'leads out of the volume',
    );
  });
});
