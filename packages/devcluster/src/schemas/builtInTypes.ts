import { definitionsJson } from './definitions.generated';
import type { JsonSchema } from './JsonSchema';
import { compileType, type StructNode, type TypeNode } from './TypeNode';

/** Types that Go decodes by code of their own, so their schemas do not tell their shape. */
const special: Record<string, TypeNode> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': {
    kind: 'scalar',
    scalar: 'quantity',
    goType: 'resource.Quantity',
  },
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': {
    kind: 'scalar',
    scalar: 'intOrString',
    goType: 'intstr.IntOrString',
  },
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': {
    kind: 'scalar',
    scalar: 'time',
    goType: 'v1.Time',
  },
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': {
    kind: 'scalar',
    scalar: 'time',
    goType: 'v1.MicroTime',
  },
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': {
    kind: 'any',
    embedded: false,
    goType: 'v1.FieldsV1',
  },
  'io.k8s.apimachinery.pkg.runtime.RawExtension': {
    kind: 'any',
    embedded: false,
    goType: 'runtime.RawExtension',
  },
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON': {
    kind: 'any',
    embedded: false,
    goType: 'v1.JSON',
  },
};

let parsed: Record<string, JsonSchema> | undefined;
const compiled = new Map<string, TypeNode>();

/** The OpenAPI v3 schemas of all built-in kinds and of what they refer to, by name. */
export function builtInSchemas(): Record<string, JsonSchema> {
  return (parsed ??= JSON.parse(definitionsJson));
}

/** The type of a built-in definition, such as `io.k8s.api.core.v1.Pod`. */
export function builtInType(name: string): TypeNode {
  const known = special[name] ?? compiled.get(name);
  if (known) return known;
  const schema = builtInSchemas()[name];
  if (!schema)
    throw new Error(`There is no built-in definition called ${name}.`);
  const [, goType] = /\.([^.]+\.[^.]+)$/.exec(name) ?? [];
  const node = compileType(
    schema,
    reference => ({
      node: builtInType(reference),
      schema: builtInSchemas()[reference],
    }),
    goType,
  );
  compiled.set(name, node);
  return node;
}

/** The type of every object's `metadata`. */
export function objectMetaType(): StructNode {
  return builtInType(
    'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta',
  ) as StructNode;
}
