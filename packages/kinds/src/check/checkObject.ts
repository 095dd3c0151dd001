import { z } from 'zod';
import { objectSchema } from '../crd/crdOf';
import type { KindDefinition } from '../defineKind';
import { withRules } from '../schema/withRules';
import { fieldPath, type FieldProblem } from './FieldProblem';
import { problemOf } from './problemOf';

/** Made once for each kind: an API server checks many objects of few kinds. */
const schemas = new WeakMap<KindDefinition, z.ZodObject>();

/**
 * Checks an object of a kind as an API server would, without one: types, bounds, lists and the rules that need no earlier
 * state. Fields the kind does not know are passed over, as an API server prunes them.
 *
 * @returns what is wrong, with the field and the sentence of the API server; empty when the object is valid
 */
export function checkObject(
  definition: KindDefinition,
  object: unknown,
): FieldProblem[] {
  const result = schemaOf(definition).safeParse(object);
  const structural = objectSchema(definition);
  const problems = (result.error?.issues ?? []).map(issue =>
    problemOf(issue, object, structural),
  );
  for (const { holds, message, fieldPath: at = '' } of definition.objectRules) {
    const metadata = (object as { metadata?: { name?: string } } | undefined)
      ?.metadata;
    if (holds && !holds({ metadata })) {
      problems.push({
        path: fieldPath(at.split('.').slice(1)),
        message: `Invalid value: ${message}`,
      });
    }
  }
  return problems;
}

function schemaOf(definition: KindDefinition): z.ZodObject {
  const known = schemas.get(definition);
  if (known) return known;
  const { spec, status, siblings, rules } = definition;
  const made = z.object({
    spec: withRules(spec, rules),
    ...siblings,
    status: status.optional(),
  });
  schemas.set(definition, made);
  return made;
}
