import type { Json } from '../../store/KubernetesObject';
import type { JsonSchema, ValidationRule } from '../../schemas/JsonSchema';
import { checkRule } from '../cel/checkRule';
import { fieldError, type FieldError } from '../errors/FieldError';
import { compilePattern } from './matchesPattern';
import { validateValue } from './validateValue';
import { pruneCustom } from '../../schemas/pruneCustom';
import { compileType, type StructNode } from '../../schemas/TypeNode';

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
/** What a schema inside a junctor may not say: its shape is the outer schema's matter. */
const forbiddenInside = [
  'type',
  'default',
  'nullable',
  'title',
  'description',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
] as const;

/** Whether a schema is structural: every value has one type, and junctors only narrow. */
export function validateStructural(
  schema: JsonSchema,
  field: string,
): FieldError[] {
  const errors: FieldError[] = [];
  if (schema.type !== 'object') {
    errors.push(
      schema.type
        ? fieldError.invalid(
            `${field}.type`,
            schema.type,
            'must be object at the root',
          )
        : fieldError.required(`${field}.type`, 'must not be empty at the root'),
    );
  }
  visit(schema, field, errors, true);
  return errors;
}

function visit(
  schema: JsonSchema,
  field: string,
  errors: FieldError[],
  isRoot: boolean,
): void {
  const isOpen =
    schema['x-kubernetes-int-or-string'] ||
    schema['x-kubernetes-preserve-unknown-fields'];
  if (!schema.type && !isOpen && !isRoot) {
    errors.push(
      fieldError.required(
        `${field}.type`,
        'must not be empty for specified object fields',
      ),
    );
  }
  if (schema.type && !types.includes(schema.type)) {
    errors.push(fieldError.notSupported(`${field}.type`, schema.type, types));
  }
  if (schema.type === 'array' && !schema.items) {
    errors.push(fieldError.required(`${field}.items`, 'must be specified'));
  }
  if (schema.properties && schema.additionalProperties) {
    errors.push(
      fieldError.forbidden(
        `${field}.additionalProperties`,
        'properties and additionalProperties are mutual exclusive',
      ),
    );
  }
  if (schema.additionalProperties === false) {
    errors.push(
      fieldError.forbidden(
        `${field}.additionalProperties`,
        'cannot be set to false',
      ),
    );
  }
  if (schema.uniqueItems) {
    errors.push(
      fieldError.forbidden(
        `${field}.uniqueItems`,
        'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      ),
    );
  }
  if (schema.pattern !== undefined) {
    try {
      compilePattern(schema.pattern);
    } catch (error) {
      errors.push(
        fieldError.invalid(
          `${field}.pattern`,
          schema.pattern,
          `must be a valid regular expression, but isn't: ${
            (error as Error).message
          }`,
        ),
      );
    }
  }
  errors.push(
    ...validateListType(schema, field),
    ...validateDefault(schema, field),
    ...validateRules(schema, field, isRoot),
  );
  for (const junctor of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [index, each] of (schema[junctor] ?? []).entries()) {
      visitInside(each, `${field}.${junctor}[${index}]`, errors);
    }
  }
  if (schema.not) visitInside(schema.not, `${field}.not`, errors);
  if (schema.items) visit(schema.items, `${field}.items`, errors, false);
  for (const [name, each] of Object.entries(schema.properties ?? {})) {
    const isMetadata = isRoot && name === 'metadata';
    if (!isMetadata) visit(each, `${field}.properties[${name}]`, errors, false);
  }
  if (
    schema.additionalProperties &&
    typeof schema.additionalProperties === 'object'
  ) {
    visit(
      schema.additionalProperties,
      `${field}.additionalProperties`,
      errors,
      false,
    );
  }
}

function visitInside(
  schema: JsonSchema,
  field: string,
  errors: FieldError[],
): void {
  for (const key of forbiddenInside) {
    if (schema[key] === undefined || schema[key] === false) continue;
    errors.push(
      fieldError.forbidden(`${field}.${key}`, 'must be empty to be structural'),
    );
  }
  if (schema.items) visitInside(schema.items, `${field}.items`, errors);
  for (const [name, each] of Object.entries(schema.properties ?? {})) {
    visitInside(each, `${field}.properties[${name}]`, errors);
  }
}

function validateListType(schema: JsonSchema, field: string): FieldError[] {
  const listType = schema['x-kubernetes-list-type'];
  if (listType !== 'map') return [];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (!keys.length) {
    return [
      fieldError.required(
        `${field}.x-kubernetes-list-map-keys`,
        'must not be empty if x-kubernetes-list-type is map',
      ),
    ];
  }
  const items: JsonSchema = schema.items ?? {};
  return keys.flatMap(key => {
    const property = items.properties?.[key];
    if (!property) {
      return [
        fieldError.invalid(
          `${field}.x-kubernetes-list-map-keys`,
          key,
          'entries must all be names of item properties',
        ),
      ];
    }
    const isRequired =
      items.required?.includes(key) || property.default !== undefined;
    return isRequired
      ? []
      : [
          fieldError.required(
            `${field}.items.properties[${key}].default`,
            'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
          ),
        ];
  });
}

function validateDefault(schema: JsonSchema, field: string): FieldError[] {
  if (schema.default === undefined) return [];
  const at = `${field}.default`;
  const value: Json = schema.default;
  const errors = validateValue({ schema, value, field: at });
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return errors;
  const unknown: string[] = [];
  const type = compileType(schema, () => {
    throw new Error('The schema of a custom kind refers to nothing.');
  });
  if (type.kind === 'struct') pruneCustom(value, type as StructNode, unknown);
  if (unknown.length) {
    errors.push(fieldError.invalid(at, value, 'must not have unknown fields'));
  }
  return errors;
}

function validateRules(
  schema: JsonSchema,
  field: string,
  isRoot: boolean,
): FieldError[] {
  return (schema['x-kubernetes-validations'] ?? []).flatMap((rule, index) => {
    const at = `${field}.x-kubernetes-validations[${index}]`;
    const problem = checkRule(rule.rule, schema, isRoot);
    const errors = problem
      ? [fieldError.invalid(`${at}.rule`, shownRule(rule), problem)]
      : [];
    if (rule.message !== undefined && !rule.message.trim()) {
      errors.push(
        fieldError.invalid(
          `${at}.message`,
          rule.message,
          'message must be non-empty if specified',
        ),
      );
    }
    if (
      /\n/.test(rule.rule.trim()) &&
      !rule.message &&
      !rule.messageExpression
    ) {
      errors.push(
        fieldError.required(
          `${at}.message`,
          'message must be specified if rule contains line breaks',
        ),
      );
    }
    return errors;
  });
}

/** A rule as messages show it: the fields of the internal type. */
function shownRule(rule: ValidationRule): Record<string, unknown> {
  return {
    Rule: rule.rule,
    Message: rule.message ?? '',
    MessageExpression: rule.messageExpression ?? '',
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath ?? '',
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  };
}
