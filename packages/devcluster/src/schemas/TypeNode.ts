import type { Json } from '../store/KubernetesObject';
import type { JsonSchema } from './JsonSchema';

/**
 * What a schema says about the shape of values, without what it says about which values are allowed. Decoding,
 * pruning, patches and field ownership all walk it.
 */
export type TypeNode = StructNode | MapNode | ListNode | ScalarNode | AnyNode;

interface NodeBase {
  /** Name of the Go type, as messages of decoding show it. */
  goType: string;
  default?: Json;
  nullable?: boolean;
}

export interface StructNode extends NodeBase {
  kind: 'struct';
  fields: ReadonlyMap<string, FieldNode>;
  /** Owned and replaced as a whole. */
  atomic: boolean;
  /** Unknown fields stay. */
  open: boolean;
  /** The value is itself an object of the API, whose metadata has the usual type. */
  embedded: boolean;
}

export interface FieldNode {
  type: TypeNode;
  required: boolean;
  /** How a strategic merge patch treats the field. */
  patchStrategies: string[];
  patchMergeKey?: string;
}

export interface MapNode extends NodeBase {
  kind: 'map';
  values: TypeNode;
  atomic: boolean;
}

export interface ListNode extends NodeBase {
  kind: 'list';
  items: TypeNode;
  listType: 'atomic' | 'set' | 'map';
  keys: string[];
}

export interface ScalarNode extends NodeBase {
  kind: 'scalar';
  scalar:
    | 'string'
    | 'integer'
    | 'number'
    | 'boolean'
    | 'intOrString'
    | 'quantity'
    | 'time';
}

/** Any JSON; it is owned as a whole where its shape is unknown. */
export interface AnyNode extends NodeBase {
  kind: 'any';
  embedded: boolean;
}

/** Finds the schema a reference names. */
export type Definitions = (name: string) => {
  node: TypeNode;
  schema: JsonSchema;
};

const goScalar: Record<string, string> = {
  int32: 'int32',
  int64: 'int64',
  double: 'float64',
};

const refPrefix = '#/components/schemas/';

/** The name a schema refers to, directly or, where it adds a default, through its only `allOf`. */
export function referenceOf(schema: JsonSchema): string | undefined {
  const ref =
    schema.$ref ??
    (schema.allOf?.length === 1 ? schema.allOf[0].$ref : undefined);
  return ref?.slice(refPrefix.length);
}

/** Compiles a schema; fields are compiled when they are first looked at, so cyclic types are fine. */
export function compileType(
  schema: JsonSchema,
  definitions: Definitions,
  goType = '',
): TypeNode {
  const reference = referenceOf(schema);
  if (reference) {
    const { node } = definitions(reference);
    return schema.default === undefined
      ? node
      : { ...node, default: schema.default };
  }
  const base = {
    goType,
    ...(schema.default !== undefined && { default: schema.default }),
    ...(schema.nullable && { nullable: true }),
  };
  if (
    schema['x-kubernetes-int-or-string'] ||
    schema.format === 'int-or-string'
  ) {
    return {
      ...base,
      kind: 'scalar',
      scalar: 'intOrString',
      goType: goType || 'intstr.IntOrString',
    };
  }
  switch (schema.type) {
    case 'string':
      return {
        ...base,
        kind: 'scalar',
        scalar: schema.format === 'date-time' && goType ? 'time' : 'string',
        goType: goType || (schema.format === 'byte' ? '[]uint8' : 'string'),
      };
    case 'integer':
      return {
        ...base,
        kind: 'scalar',
        scalar: 'integer',
        goType: goScalar[schema.format ?? ''] ?? 'int64',
      };
    case 'number':
      return { ...base, kind: 'scalar', scalar: 'number', goType: 'float64' };
    case 'boolean':
      return { ...base, kind: 'scalar', scalar: 'boolean', goType: 'bool' };
    case 'array': {
      const items = compileType(schema.items ?? {}, definitions);
      return {
        ...base,
        kind: 'list',
        items,
        listType: schema['x-kubernetes-list-type'] ?? 'atomic',
        keys: schema['x-kubernetes-list-map-keys'] ?? [],
        goType: `[]${items.goType}`,
      };
    }
    default:
      return compileObject(schema, definitions, base);
  }
}

function compileObject(
  schema: JsonSchema,
  definitions: Definitions,
  base: NodeBase,
): TypeNode {
  const open = Boolean(schema['x-kubernetes-preserve-unknown-fields']);
  const embedded = Boolean(schema['x-kubernetes-embedded-resource']);
  if (schema.properties || embedded) {
    return {
      ...base,
      kind: 'struct',
      fields: lazyFields(schema, definitions),
      atomic: schema['x-kubernetes-map-type'] === 'atomic',
      open,
      embedded,
    };
  }
  if (
    schema.additionalProperties &&
    typeof schema.additionalProperties === 'object'
  ) {
    const values = compileType(schema.additionalProperties, definitions);
    return {
      ...base,
      kind: 'map',
      values,
      atomic: schema['x-kubernetes-map-type'] === 'atomic',
      goType: base.goType || `map[string]${values.goType}`,
    };
  }
  if (
    schema.type === 'object' &&
    !open &&
    !base.goType &&
    schema.additionalProperties !== true
  ) {
    return {
      ...base,
      kind: 'struct',
      fields: new Map(),
      atomic: false,
      open: false,
      embedded,
    };
  }
  return { ...base, kind: 'any', embedded };
}

function lazyFields(
  schema: JsonSchema,
  definitions: Definitions,
): ReadonlyMap<string, FieldNode> {
  const required = new Set(schema.required);
  const fields = new Map<string, FieldNode>();
  for (const [name, each] of Object.entries(schema.properties ?? {})) {
    let type: TypeNode | undefined;
    fields.set(name, {
      get type() {
        return (type ??= compileType(each, definitions));
      },
      required: required.has(name),
      patchStrategies: each['x-kubernetes-patch-strategy']?.split(',') ?? [],
      patchMergeKey: each['x-kubernetes-patch-merge-key'],
    });
  }
  return fields;
}
