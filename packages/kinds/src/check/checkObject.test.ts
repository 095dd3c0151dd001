import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { allKinds } from '../allKinds';
import {
  applyMergePatch,
  parseInvalidObjects,
} from '../invalid/invalidObjects';
import { checkObject } from './checkObject';

const packageDir = join(__dirname, '../..');
const read = (folder: string, kind: string) =>
  readFileSync(join(packageDir, folder, `${kind}.yaml`), 'utf8');

describe.each(
  allKinds.map(definition => [definition.kind, definition] as const),
)('%s', (_, definition) => {
  const example = parse(read('examples', definition.singular));
  const table = parseInvalidObjects(read('invalid', definition.singular));

  it('accepts its example', () => {
    expect(checkObject(definition, example)).toEqual([]);
  });

  it.each(
    table
      .filter(({ when }) => when === 'create')
      .map(row => [row.name, row] as const),
  )('refuses %s as an API server does', (_name, { patch, path, message }) => {
    const problems = checkObject(definition, applyMergePatch(example, patch));
    expect(problems).toContainEqual({ path, message });
  });
});
