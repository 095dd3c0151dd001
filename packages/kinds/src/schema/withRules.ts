import { z } from 'zod';

/** One rule in CEL, the same judgement in TypeScript, and the sentence for who breaks it. */
export interface CelRule<Value = unknown> {
  /** CEL over `self` (and `oldSelf`, for a rule about changes). Only functions that every supported API server has. */
  rule: string;
  /** What to do, as the API server answers it. */
  message: string;
  /** The rule in TypeScript; absent for a rule about changes, which only a server can judge. */
  holds?: (self: Value) => boolean;
  /** The field the answer points at, relative to the ruled value, such as `.mountPath`. */
  fieldPath?: string;
  reason?:
    | 'FieldValueInvalid'
    | 'FieldValueForbidden'
    | 'FieldValueRequired'
    | 'FieldValueDuplicate';
}

/** Puts rules on a schema, for the CRD (as CEL) and for the check at run time (as TypeScript). */
export function withRules<Schema extends z.ZodType>(
  schema: Schema,
  rules: CelRule<z.output<Schema>>[],
): Schema {
  let ruled = schema;
  for (const { holds, message, fieldPath } of rules) {
    if (!holds) continue;
    ruled = ruled.refine(value => holds(value as z.output<Schema>), {
      message,
      path: fieldPath ? fieldPath.slice(1).split('.') : [],
    }) as Schema;
  }
  return ruled.meta({
    'x-kubernetes-validations': rules.map(({ holds: _, ...rule }) => rule),
  }) as Schema;
}
