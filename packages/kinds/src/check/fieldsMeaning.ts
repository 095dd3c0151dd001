import { objectSchema } from '../crd/crdOf';
import { entryOf } from '../crd/schemaAt';
import type { Meaning, StructuralSchema } from '../crd/structuralSchema';
import type { KindDefinition } from '../defineKind';
import { fieldPath } from './FieldProblem';

/** A value of an object that stands for something no schema can judge. */
export interface MeaningfulField {
  path: string;
  value: string | number;
}

/**
 * Finds the values of an object that stand for a quantity, a CIDR and so on, wherever the kind has them, so that whoever
 * can judge them need not know where they are.
 */
export function fieldsMeaning(
  definition: KindDefinition,
  object: unknown,
  meaning: Meaning,
): MeaningfulField[] {
  const found: MeaningfulField[] = [];
  collect(objectSchema(definition), object, [], meaning, found);
  return found;
}

function collect(
  schema: StructuralSchema | undefined,
  value: unknown,
  steps: PropertyKey[],
  meaning: Meaning,
  found: MeaningfulField[],
): void {
  if (!schema || value === undefined || value === null) return;
  if (
    schema.means === meaning &&
    (typeof value === 'string' || typeof value === 'number')
  ) {
    found.push({ path: fieldPath(steps), value });
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries())
      collect(schema.items, item, [...steps, index], meaning, found);
  } else if (typeof value === 'object') {
    for (const [name, field] of Object.entries(value)) {
      collect(
        schema.properties?.[name] ?? entryOf(schema),
        field,
        [...steps, name],
        meaning,
        found,
      );
    }
  }
}
