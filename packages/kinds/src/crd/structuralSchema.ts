import { z } from 'zod';

/** A structural schema of Kubernetes: JSON schema without `$ref` and without types under `anyOf` and `oneOf`. */
export interface StructuralSchema {
  type?: string;
  description?: string;
  default?: unknown;
  format?: string;
  properties?: Record<string, StructuralSchema>;
  required?: string[];
  items?: StructuralSchema;
  additionalProperties?: StructuralSchema | boolean;
  enum?: unknown[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  maxProperties?: number;
  'x-kubernetes-validations'?: unknown[];
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  /** Not for Kubernetes: what holds after merging, where a default in the CRD would win over the template. */
  resolvedDefault?: unknown;
  /** Not for Kubernetes: what a text or number stands for, which no schema can judge. */
  means?: Meaning;
  /** Not for Kubernetes: what people call such a value; the reference says it instead of type, bounds and rules. */
  called?: string;
}

/** What a value stands for, where that takes more than a schema to judge. */
export type Meaning =
  | 'quantity'
  | 'cidr'
  | 'schedule'
  | 'timeZone'
  | 'regex'
  | 'cel';

/** The largest 32-bit whole number. */
const int32Max = 2 ** 31 - 1;

/**
 * Turns a Zod schema into a structural schema.
 *
 * @throws when the schema uses something that Kubernetes cannot express
 */
export function structuralSchema(schema: z.ZodType): StructuralSchema {
  const json = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    unrepresentable: 'throw',
    reused: 'inline',
  });
  return structural(json as StructuralSchema, '');
}

function structural(json: StructuralSchema, path: string): StructuralSchema {
  const {
    description,
    type,
    properties,
    items,
    additionalProperties,
    required,
    ...rest
  } = json;
  // What it is comes first, so that the CRD reads well.
  const schema: StructuralSchema & Record<string, unknown> = {
    ...(description === undefined ? {} : { description }),
    ...(type === undefined ? {} : { type }),
    ...rest,
  };
  delete schema.$schema;
  delete schema.propertyNames;
  if (schema['x-kubernetes-int-or-string']) {
    delete schema.type;
    delete schema.anyOf;
    delete schema.oneOf;
  }
  for (const union of ['anyOf', 'oneOf', 'allOf', 'not', '$ref']) {
    if (union in schema) {
      throw new Error(
        `The schema of ${path} uses ${union}, which is not structural. Use optional fields and a rule.`,
      );
    }
  }
  if (schema.type === 'integer') boundInteger(schema);
  if (schema.type === 'number') schema.format = 'double';
  if (properties) {
    const wanted = (required ?? []).filter(
      name => properties[name].default === undefined,
    );
    if (wanted.length > 0) schema.required = wanted;
    schema.properties = {};
    for (const [name, field] of Object.entries(properties)) {
      schema.properties[name] = structural(field, `${path}.${name}`);
    }
  }
  if (items) schema.items = structural(items, `${path}[*]`);
  if (
    additionalProperties &&
    typeof additionalProperties === 'object' &&
    !schema['x-kubernetes-preserve-unknown-fields']
  ) {
    schema.additionalProperties = structural(additionalProperties, `${path}.*`);
  }
  return schema;
}

/** Kubernetes wants a format, and no bounds that say no more than the format. */
function boundInteger(schema: StructuralSchema): void {
  const {
    minimum = Number.MIN_SAFE_INTEGER,
    maximum = Number.MAX_SAFE_INTEGER,
  } = schema;
  schema.format =
    minimum >= -int32Max && maximum <= int32Max ? 'int32' : 'int64';
  if (minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}
