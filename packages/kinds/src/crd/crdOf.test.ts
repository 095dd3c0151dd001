import { RE2JS } from '@bufbuild/re2';
import { allKinds } from '../allKinds';
import { crdOf, objectSchema } from './crdOf';
import { entryOf } from './schemaAt';
import type { StructuralSchema } from './structuralSchema';

interface Field {
  path: string;
  schema: StructuralSchema;
}

function fieldsOf(schema: StructuralSchema, path: string): Field[] {
  const below = Object.entries(schema.properties ?? {}).flatMap(
    ([name, field]) => fieldsOf(field, `${path}.${name}`),
  );
  const items = schema.items ? fieldsOf(schema.items, `${path}[]`) : [];
  const entry = entryOf(schema);
  return [
    { path, schema },
    ...below,
    ...items,
    ...(entry ? fieldsOf(entry, `${path}{}`) : []),
  ];
}

const kinds = allKinds.map(definition => {
  const schema = objectSchema(definition);
  const parts = Object.entries(schema.properties ?? {}).filter(
    ([name]) => !['apiVersion', 'kind', 'metadata'].includes(name),
  );
  const fields = parts.flatMap(([name, field]) => fieldsOf(field, name));
  return [definition.kind, { definition, schema, fields }] as const;
});

/** What every supported kube-apiserver knows; optionals and newer libraries are left out on purpose. */
const celFunctions = new Set([
  'has',
  'size',
  'matches',
  'contains',
  'startsWith',
  'type',
]);

describe.each(kinds)('the CRD of %s', (_, { definition, schema, fields }) => {
  it('bounds every text, number, list and map', () => {
    const unbounded = fields.filter(({ schema: field }) => {
      if (field['x-kubernetes-int-or-string'])
        return field.maxLength === undefined;
      if (field['x-kubernetes-preserve-unknown-fields']) return false;
      if (field.type === 'string')
        return field.maxLength === undefined && field.enum === undefined;
      if (field.type === 'integer')
        return field.minimum === undefined && field.format !== 'int64';
      if (field.type === 'number')
        return field.minimum === undefined || field.maximum === undefined;
      if (field.type === 'array') return field.maxItems === undefined;
      if (field.type === 'object' && !field.properties) {
        return (
          entryOf(field) !== undefined && field.maxProperties === undefined
        );
      }
      return false;
    });
    expect(unbounded.map(({ path }) => path)).toEqual([]);
  });

  it('says of every field what it is', () => {
    const silent = fields.filter(
      ({ path, schema: field }) =>
        !/(\[\]|\{\})$/.test(path) && !field.description,
    );
    expect(silent.map(({ path }) => path)).toEqual([]);
    const unfinished = fields.filter(
      ({ schema: field }) =>
        field.description && !/[.)]$/.test(field.description),
    );
    expect(unfinished.map(({ path }) => path)).toEqual([]);
  });

  it('has no pattern that RE2 refuses', () => {
    const patterns = fields.flatMap(({ schema: field }) => field.pattern ?? []);
    expect(() => patterns.map(pattern => RE2JS.compile(pattern))).not.toThrow();
  });

  it('says of every list how it is merged', () => {
    const silent = fields.filter(
      ({ schema: field }) =>
        field.type === 'array' && !field['x-kubernetes-list-type'],
    );
    expect(silent.map(({ path }) => path)).toEqual([]);
    for (const { schema: field } of fields) {
      for (const key of field['x-kubernetes-list-map-keys'] ?? []) {
        expect(field.items?.required).toContain(key);
      }
    }
  });

  it('uses only functions that every API server has', () => {
    const rules = [schema, ...fields.map(field => field.schema)].flatMap(
      field =>
        (field['x-kubernetes-validations'] ?? []) as {
          rule: string;
          message: string;
        }[],
    );
    for (const { rule, message } of rules) {
      const called = [
        ...rule.replaceAll(/'[^']*'/g, "''").matchAll(/([A-Za-z_]+)\(/g),
      ].map(([, name]) => name);
      expect(called.filter(name => !celFunctions.has(name))).toEqual([]);
      expect(message.length).toBeGreaterThan(0);
    }
  });

  it('shows columns of fields that exist', () => {
    for (const { jsonPath } of definition.columns) {
      const steps = jsonPath
        .slice(1)
        .replace(/\[[^\]]*\]/g, '.[]')
        .split('.');
      if (steps[0] === 'metadata') continue;
      let at: StructuralSchema | undefined = schema;
      for (const step of steps)
        at = step === '[]' ? at?.items : at?.properties?.[step];
      expect({ jsonPath, found: at !== undefined }).toEqual({
        jsonPath,
        found: true,
      });
    }
  });

  it('is namespaced or not, has status, a short name and the category', () => {
    const { spec } = crdOf(definition);
    expect(spec.names).toMatchObject({
      categories: ['greenroom'],
      shortNames: [expect.any(String)],
    });
    expect(spec.scope).toBe(definition.scope);
    expect(spec.versions).toMatchObject([{ subresources: { status: {} } }]);
    expect(schema.properties?.status?.properties?.conditions).toBeDefined();
  });

  it('keeps our own keys out of Kubernetes', () => {
    expect(JSON.stringify(crdOf(definition))).not.toMatch(
      /"(resolvedDefault|means|called)"/,
    );
  });
});

it('gives each kind a name and a short name of its own', () => {
  const names = allKinds.flatMap(({ plural, singular, shortNames }) => [
    plural,
    singular,
    ...shortNames,
  ]);
  expect(new Set(names).size).toBe(names.length);
  expect(allKinds).toHaveLength(16);
});

it('has no default in what an Agent shares with its template, or it would win over the template', () => {
  const [, { fields }] = kinds.find(([kind]) => kind === 'AgentTemplate')!;
  const defaulted = fields.filter(
    ({ path, schema }) =>
      schema.default !== undefined &&
      path.startsWith('spec') &&
      !path.includes('[]'),
  );
  // These stand in an object that is replaced as a whole.
  expect(defaulted.map(({ path }) => path)).toEqual([
    'spec.caBundle.configMapRef.key',
    'spec.caBundle.secretRef.key',
  ]);
});
