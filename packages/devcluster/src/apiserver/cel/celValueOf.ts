import { celList, celMap, type CelInput } from '@bufbuild/cel';
import type { Json } from '../../store/KubernetesObject';
import type { JsonSchema } from '../../schemas/JsonSchema';

/** Words that CEL keeps for itself; a field of such a name is written `__word__`. */
const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

/** How a rule writes the name of a field. */
export function escapeFieldName(name: string): string {
  if (reserved.has(name)) return `__${name}__`;
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__');
}

const objectMeta: JsonSchema = {
  type: 'object',
  properties: { name: { type: 'string' }, generateName: { type: 'string' } },
};

/** A JSON value as CEL sees it by its schema: whole numbers are ints only where the schema says so. */
export function celValueOf(
  value: Json,
  schema: JsonSchema | undefined,
): CelInput {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') {
    const isInt =
      schema?.type === 'integer' ||
      (schema?.type !== 'number' && Number.isInteger(value));
    return isInt ? BigInt(value) : value;
  }
  if (typeof value !== 'object') return value;
  if (Array.isArray(value))
    return celList(value.map(each => celValueOf(each, schema?.items)));
  const properties = schema?.properties;
  const additional =
    typeof schema?.additionalProperties === 'object'
      ? schema.additionalProperties
      : undefined;
  const entries = Object.entries(value).flatMap(
    ([name, each]): [string, CelInput][] => {
      const known = properties?.[name];
      if (
        properties &&
        !known &&
        !additional &&
        !schema?.['x-kubernetes-preserve-unknown-fields']
      )
        return [];
      const converted = celValueOf(each, known ?? additional);
      const escaped = properties ? escapeFieldName(name) : name;
      // A reserved word may follow a dot as it is; the escaped form is the older way.
      return escaped === name
        ? [[name, converted]]
        : [
            [name, converted],
            [escaped, converted],
          ];
    },
  );
  return celMap(new Map(entries));
}

/** The schema of an object of the API as its rules see it: apiVersion, kind and the names are always there. */
export function withObjectFields(schema: JsonSchema): JsonSchema {
  return {
    ...schema,
    properties: {
      ...schema.properties,
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: objectMeta,
    },
  };
}
