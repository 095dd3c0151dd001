import type { StructuralSchema } from './structuralSchema';

/** The schema of the field that a path leads to, or undefined where the schema knows no such field. */
export function schemaAt(
  schema: StructuralSchema,
  steps: readonly PropertyKey[],
): StructuralSchema | undefined {
  let at: StructuralSchema | undefined = schema;
  for (const step of steps) {
    if (!at) return undefined;
    at =
      typeof step === 'number'
        ? at.items
        : at.properties?.[String(step)] ?? entryOf(at);
  }
  return at;
}

/** The schema of a map's values; undefined for what is no map. */
export function entryOf({
  additionalProperties,
}: StructuralSchema): StructuralSchema | undefined {
  return typeof additionalProperties === 'object'
    ? additionalProperties
    : undefined;
}
