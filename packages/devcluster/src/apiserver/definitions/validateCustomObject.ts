import type { KubernetesObject } from '../../store/KubernetesObject';
import type { JsonSchema } from '../../schemas/JsonSchema';
import type { CompiledRules } from '../cel/compileRules';
import type { FieldError } from '../errors/FieldError';
import { validateValue } from './validateValue';

/** After one of these a rule could meet values that its types exclude. */
const blocking = new Set<FieldError['reason']>([
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

/** All that a custom kind's schema and rules find wrong with an object. */
export function validateCustomObject({
  schema,
  rules,
  object,
  old,
}: {
  schema: JsonSchema | undefined;
  rules: CompiledRules;
  object: KubernetesObject;
  old: KubernetesObject | undefined;
}): FieldError[] {
  if (!schema) return [];
  const { metadata, ...rest } = object;
  const value = schema.properties?.metadata ? { ...rest, metadata } : rest;
  const errors = validateValue({
    schema: {
      ...schema,
      required: schema.required?.filter(each => each !== 'metadata'),
    },
    value,
    old,
    field: '',
  });
  if (rules.isEmpty) return errors;
  if (errors.some(({ reason }) => blocking.has(reason))) {
    return [
      ...errors,
      {
        reason: 'FieldValueInvalid',
        field: '<nil>',
        message:
          'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
      },
    ];
  }
  return [...errors, ...rules.validate(object, old)];
}
