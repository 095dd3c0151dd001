import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allKinds } from '../allKinds';
import { objectSchema } from '../crd/crdOf';
import { entryOf } from '../crd/schemaAt';
import type { StructuralSchema } from '../crd/structuralSchema';
import { applyMergePatch, parseInvalidObjects } from './invalidObjects';

const tables = allKinds.map(({ singular }) =>
  parseInvalidObjects(
    readFileSync(join(__dirname, '../../invalid', `${singular}.yaml`), 'utf8'),
  ),
);

function ruleMessages(schema: StructuralSchema): string[] {
  const own = (schema['x-kubernetes-validations'] ?? []) as {
    message: string;
  }[];
  const below = [
    ...Object.values(schema.properties ?? {}),
    schema.items,
    entryOf(schema),
  ];
  return [
    ...own.map(({ message }) => message),
    ...below.flatMap(part => (part ? ruleMessages(part) : [])),
  ];
}

describe('the tables of invalid objects', () => {
  it('show every rule of every kind at work', () => {
    const shown = tables.flat().map(({ message }) => message);
    const rules = new Set(
      allKinds.flatMap(kind => ruleMessages(objectSchema(kind))),
    );
    const unseen = [...rules].filter(
      rule => !shown.some(message => message.endsWith(rule)),
    );
    expect(unseen).toEqual([]);
  });

  it('show for every kind that knows it a missing field, an unknown value and a value out of bounds', () => {
    for (const table of tables) {
      expect(table.length).toBeGreaterThanOrEqual(6);
      expect(table.map(({ message }) => message)).toContainEqual(
        expect.stringMatching(/^(Required value|Unsupported value)/),
      );
    }
  });

  it('name each row once', () => {
    for (const table of tables) {
      expect(new Set(table.map(({ name }) => name)).size).toBe(table.length);
    }
  });
});

describe('parseInvalidObjects', () => {
  it('repeats texts and objects', () => {
    const [row] = parseInvalidObjects(
      '[{name: a, patch: {t: {$repeat: xy, times: 2}, l: {$repeat: {n: "c#"}, times: 2}}, path: p, message: m}]',
    );
    expect(row).toEqual({
      name: 'a',
      when: 'create',
      patch: { t: 'xyxy', l: [{ n: 'c0' }, { n: 'c1' }] },
      path: 'p',
      message: 'm',
    });
  });
});

describe('applyMergePatch', () => {
  it('follows RFC 7396: null removes, lists replace, objects merge', () => {
    const target = { a: { b: 1, c: [1, 2] }, d: 'x' };
    expect(
      applyMergePatch(target, { a: { b: null, c: [3] }, e: { f: 1 } }),
    ).toEqual({
      a: { c: [3] },
      d: 'x',
      e: { f: 1 },
    });
    expect(target).toEqual({ a: { b: 1, c: [1, 2] }, d: 'x' });
  });
});
