import type { Json } from '../../store/KubernetesObject';
import type { JsonSchema } from '../../schemas/JsonSchema';

/** Fills in the schema's defaults. Changes the value. */
export function applySchemaDefaults(value: Json, schema: JsonSchema): void {
  if (Array.isArray(value)) {
    if (schema.items)
      for (const item of value) applySchemaDefaults(item, schema.items);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [name, each] of Object.entries(schema.properties ?? {})) {
    if (each.default === undefined) continue;
    if (value[name] === undefined || (value[name] === null && !each.nullable)) {
      value[name] = structuredClone(each.default);
    }
  }
  const additional =
    typeof schema.additionalProperties === 'object'
      ? schema.additionalProperties
      : undefined;
  for (const [name, each] of Object.entries(value)) {
    const inner = schema.properties?.[name] ?? additional;
    if (inner) applySchemaDefaults(each, inner);
  }
}
