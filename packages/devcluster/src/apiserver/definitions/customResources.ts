import type { Json, KubernetesObject } from '../../store/KubernetesObject';
import type { JsonSchema } from '../../schemas/JsonSchema';
import { compileType, type StructNode } from '../../schemas/TypeNode';
import { objectMetaType } from '../../schemas/builtInTypes';
import { compileRules } from '../cel/compileRules';
import { allVerbs, type ServedResource } from '../resources/ServedResource';
import { applySchemaDefaults } from './applySchemaDefaults';
import { printerColumns } from './printerColumns';
import { validateCustomObject } from './validateCustomObject';

/** The resources that a CustomResourceDefinition serves: one for each served version. */
export function customResources(
  definition: KubernetesObject,
): ServedResource[] {
  const { spec } = definition;
  return spec.versions
    .filter(({ served }: Json) => served)
    .map((version: Json) => customResource(definition, version));
}

function customResource(
  definition: KubernetesObject,
  version: Json,
): ServedResource {
  const { group, names, scope, versions, preserveUnknownFields } =
    definition.spec;
  const apiVersion = `${group}/${version.name}`;
  const storage = versions.find((each: Json) => each.storage);
  const schema: JsonSchema | undefined = version.schema?.openAPIV3Schema;
  const type = compileRoot(schema ?? { type: 'object' });
  const hasStatus = Boolean(version.subresources?.status);
  let rules: ReturnType<typeof compileRules> | undefined;
  const singular = names.singular || names.kind.toLowerCase();
  return {
    group,
    version: version.name,
    apiVersion,
    kind: names.kind,
    listKind: names.listKind || `${names.kind}List`,
    plural: names.plural,
    singular,
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    namespaced: scope === 'Namespaced',
    verbs: allVerbs,
    collection: `${group}/${names.plural}`,
    storedApiVersion: `${group}/${storage.name}`,
    hasStatus,
    ...(version.subresources?.scale && { scale: version.subresources.scale }),
    type,
    schemaName: [...group.split('.').reverse(), version.name, names.kind].join(
      '.',
    ),
    schema,
    rules: {},
    columns: printerColumns(version.additionalPrinterColumns),
    custom: {
      definition: definition.metadata.name,
      preserveUnknownFields: Boolean(preserveUnknownFields),
      schema,
      selectableFields: (version.selectableFields ?? []).map(
        (each: Json) => each.jsonPath,
      ),
      ...(version.deprecated && {
        deprecationWarning:
          version.deprecationWarning ??
          `${apiVersion} ${names.kind} is deprecated`,
      }),
      applyDefaults(object) {
        if (schema) applySchemaDefaults(object, schema);
      },
      validate(object, old) {
        rules ??= compileRules(schema ?? {});
        return validateCustomObject({ schema, rules, object, old });
      },
    },
  };
}

/** The root knows apiVersion, kind and metadata whatever the schema says. */
function compileRoot(schema: JsonSchema): StructNode {
  const noReferences = () => {
    throw new Error('The schema of a custom kind refers to nothing.');
  };
  const root = compileType(
    { ...schema, properties: schema.properties ?? {} },
    noReferences,
  ) as StructNode;
  const text = { kind: 'scalar', scalar: 'string', goType: 'string' } as const;
  const field = { required: false, patchStrategies: [] };
  return {
    ...root,
    fields: new Map([
      ...root.fields,
      ['apiVersion', { ...field, type: text }],
      ['kind', { ...field, type: text }],
      ['metadata', { ...field, type: objectMetaType() }],
    ]),
  };
}
