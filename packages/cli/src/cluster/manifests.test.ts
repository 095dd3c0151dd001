import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readManifests } from './manifests';

describe('manifests of a folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'greenroom-manifests-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string) =>
    writeFileSync(path.join(folder, name), text);

  it('are read from every document of every file, in order', () => {
    write('b.yaml', 'apiVersion: v1\nkind: B\nmetadata: {name: b}\n');
    write(
      'a.yaml',
      '# nothing\n---\napiVersion: v1\nkind: A1\nmetadata: {name: a}\n---\napiVersion: v1\nkind: A2\nmetadata: {name: a}\n',
    );
    expect(readManifests(folder).map(({ kind }) => kind)).toEqual([
      'A1',
      'A2',
      'B',
    ]);
  });

  it('name file and line when they are no YAML', () => {
    write('bad.yaml', 'a: b\n  c: [d\n');
    expect(() => readManifests(folder)).toThrow(/bad\.yaml.*line \d/s);
  });

  it('say what an object lacks', () => {
    write('bare.yaml', 'kind: A\n');
    expect(() => readManifests(folder)).toThrow(
      'lacks apiVersion, kind or metadata.name',
    );
  });
});
