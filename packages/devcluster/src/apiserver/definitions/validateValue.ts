import { isDeepStrictEqual } from 'node:util';
import { matchesPattern } from './matchesPattern';
import type { Json } from '../../store/KubernetesObject';
import type { JsonSchema } from '../../schemas/JsonSchema';
import { fieldError, type FieldError } from '../errors/FieldError';
import { formatChecks } from './formatChecks';

interface Position {
  schema: JsonSchema;
  value: Json;
  /** The value before the update, where it is known which one that was; what did not change is not refused. */
  old?: Json;
  field: string;
}

/** What the schema of a custom kind finds wrong, in the words of a real API server. */
export function validateValue(position: Position): FieldError[] {
  const { schema, value, old, field } = position;
  if (old !== undefined && field && isDeepStrictEqual(value, old)) return [];
  if (value === null) {
    return schema.nullable || !schema.type
      ? []
      : [typeError(field, schema.type, 'null')];
  }
  const actual = typeOf(value);
  const errors: FieldError[] = [];
  if (schema['x-kubernetes-int-or-string']) {
    if (actual !== 'string' && actual !== 'integer') {
      return [typeError(field, 'integer,string', actual)];
    }
  } else if (
    schema.type &&
    schema.type !== actual &&
    !(schema.type === 'number' && actual === 'integer')
  ) {
    // The width of an integer is checked before its kind, and a fraction is Go's float64 there.
    return actual === 'number' && /^int(32|64)$/.test(schema.format ?? '')
      ? [typeError(field, schema.format!, 'float64')]
      : [typeError(field, schema.type, actual)];
  }
  if (
    schema.enum &&
    !schema.enum.some(each => isDeepStrictEqual(each, value))
  ) {
    errors.push(fieldError.notSupported(field, value, schema.enum));
  }
  if (typeof value === 'string')
    errors.push(...validateString(schema, value, field));
  else if (typeof value === 'number')
    errors.push(...validateNumber(schema, value, field));
  else if (Array.isArray(value)) errors.push(...validateList(position));
  else if (actual === 'object') errors.push(...validateObject(position));
  errors.push(...validateJunctors(position));
  return errors;
}

function typeOf(value: Json): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number')
    return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function typeError(
  field: string,
  expected: string,
  actual: string,
): FieldError {
  return {
    ...fieldError.invalid(
      field,
      actual,
      `${field} in body must be of type ${expected}: ${JSON.stringify(actual)}`,
    ),
    reason: 'FieldValueTypeInvalid',
  };
}

function validateString(
  schema: JsonSchema,
  value: string,
  field: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const length = [...value].length;
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    errors.push(fieldError.tooLong(field, schema.maxLength));
  }
  if (schema.minLength !== undefined && length < schema.minLength) {
    errors.push(
      fieldError.invalid(
        field,
        value,
        `${field} in body should be at least ${schema.minLength} chars long`,
      ),
    );
  }
  if (schema.pattern !== undefined && !matchesPattern(schema.pattern, value)) {
    errors.push(
      fieldError.invalid(
        field,
        value,
        `${field} in body should match '${schema.pattern}'`,
      ),
    );
  }
  const check = formatChecks[schema.format ?? ''];
  if (check && !check(value)) {
    errors.push({
      ...fieldError.invalid(
        field,
        value,
        `${field} in body must be of type ${schema.format}: ${JSON.stringify(
          value,
        )}`,
      ),
      reason: 'FieldValueTypeInvalid',
    });
  }
  return errors;
}

function validateNumber(
  schema: JsonSchema,
  value: number,
  field: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } =
    schema;
  const refuse = (what: string) =>
    errors.push(
      fieldError.invalid(field, value, `${field} in body should be ${what}`),
    );
  if (maximum !== undefined) {
    if (exclusiveMaximum && value >= maximum) refuse(`less than ${maximum}`);
    else if (value > maximum) refuse(`less than or equal to ${maximum}`);
  }
  if (minimum !== undefined) {
    if (exclusiveMinimum && value <= minimum) refuse(`greater than ${minimum}`);
    else if (value < minimum) refuse(`greater than or equal to ${minimum}`);
  }
  if (multipleOf && !Number.isInteger(value / multipleOf))
    refuse(`a multiple of ${multipleOf}`);
  if (schema.format === 'int32' && Math.abs(value) > 2 ** 31) {
    errors.push(
      fieldError.invalid(
        field,
        value,
        `Checked value must be of type integer with format int32 in ${field}`,
      ),
    );
  }
  return errors;
}

function validateList({ schema, value, old, field }: Position): FieldError[] {
  const errors: FieldError[] = [];
  if (schema.maxItems !== undefined && value.length > schema.maxItems) {
    errors.push(fieldError.tooMany(field, value.length, schema.maxItems));
  }
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    errors.push(
      fieldError.invalid(
        field,
        value.length,
        `${field} in body should have at least ${schema.minItems} items`,
      ),
    );
  }
  if (schema.uniqueItems && hasDuplicates(value)) {
    errors.push(
      fieldError.invalid(
        field,
        value,
        `${field} in body shouldn't contain duplicates`,
      ),
    );
  }
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const listType = schema['x-kubernetes-list-type'];
  const identity = (item: Json) =>
    listType === 'map'
      ? Object.fromEntries([...keys].sort().map(key => [key, item?.[key]]))
      : item;
  const seen = new Set<string>();
  for (const [index, item] of value.entries()) {
    if (listType === 'map' || listType === 'set') {
      const id = JSON.stringify(identity(item));
      if (seen.has(id))
        errors.push(fieldError.duplicate(`${field}[${index}]`, identity(item)));
      seen.add(id);
    }
    if (!schema.items) continue;
    const before =
      listType === 'map' && Array.isArray(old)
        ? old.find(each => isDeepStrictEqual(identity(each), identity(item)))
        : undefined;
    errors.push(
      ...validateValue({
        schema: schema.items,
        value: item,
        old: before,
        field: `${field}[${index}]`,
      }),
    );
  }
  return errors;
}

function hasDuplicates(values: Json[]): boolean {
  return new Set(values.map(each => JSON.stringify(each))).size < values.length;
}

function validateObject({ schema, value, old, field }: Position): FieldError[] {
  const errors: FieldError[] = [];
  const count = Object.keys(value).length;
  if (schema.maxProperties !== undefined && count > schema.maxProperties) {
    errors.push(fieldError.tooMany(field, count, schema.maxProperties));
  }
  if (schema.minProperties !== undefined && count < schema.minProperties) {
    errors.push(
      fieldError.invalid(
        field,
        count,
        `${field} in body should have at least ${schema.minProperties} properties`,
      ),
    );
  }
  for (const name of schema.required ?? []) {
    if (value[name] === undefined)
      errors.push(fieldError.required(child(field, name)));
  }
  for (const [name, each] of Object.entries(value)) {
    const known = schema.properties?.[name];
    const additional =
      typeof schema.additionalProperties === 'object'
        ? schema.additionalProperties
        : undefined;
    const inner = known ?? additional;
    if (!inner) continue;
    errors.push(
      ...validateValue({
        schema: inner,
        value: each,
        old: old?.[name],
        field: child(field, name),
      }),
    );
  }
  return errors;
}

function child(field: string, name: string): string {
  return field ? `${field}.${name}` : name;
}

function validateJunctors(position: Position): FieldError[] {
  const { schema, value, field } = position;
  const fits = (each: JsonSchema) =>
    validateValue({ schema: each, value, field: field || 'object' }).length ===
    0;
  const errors: FieldError[] = [];
  const refuse = (detail: string) =>
    errors.push(fieldError.invalid(field, value, detail));
  if (schema.allOf) {
    for (const each of schema.allOf)
      errors.push(...validateValue({ ...position, schema: each }));
    if (errors.length)
      refuse(`${JSON.stringify(field)} must validate all the schemas (allOf)`);
  }
  if (schema.anyOf && !schema.anyOf.some(fits)) {
    refuse(
      `${JSON.stringify(field)} must validate at least one schema (anyOf)`,
    );
  }
  if (schema.oneOf) {
    const fitting = schema.oneOf.filter(fits).length;
    if (fitting !== 1) {
      refuse(
        `${JSON.stringify(
          field,
        )} must validate one and only one schema (oneOf). Found ${
          fitting ? `${fitting} valid alternatives` : 'none valid'
        }`,
      );
    }
  }
  if (schema.not && fits(schema.not)) {
    refuse(`${JSON.stringify(field)} must not validate the schema (not)`);
  }
  return errors;
}
