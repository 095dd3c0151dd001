import { z } from 'zod';
import type { KindDefinition } from '../defineKind';
import { withRules } from '../schema/withRules';
import { structuralSchema, type StructuralSchema } from './structuralSchema';

/** A CustomResourceDefinition, as it is applied to a cluster. */
export interface CustomResourceDefinition {
  apiVersion: 'apiextensions.k8s.io/v1';
  kind: 'CustomResourceDefinition';
  metadata: { name: string; labels: Record<string, string> };
  spec: Record<string, unknown>;
}

/** The CustomResourceDefinition of a kind. */
export function crdOf(definition: KindDefinition): CustomResourceDefinition {
  const { group, plural, singular, kind, shortNames, scope, version, columns } =
    definition;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      labels: {
        'app.kubernetes.io/name': 'greenroom',
        'app.kubernetes.io/component': 'crds',
      },
    },
    spec: {
      group,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular,
        shortNames,
        categories: ['greenroom'],
      },
      scope,
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          additionalPrinterColumns: columns,
          schema: { openAPIV3Schema: withoutOwnKeys(objectSchema(definition)) },
          subresources: { status: {} },
        },
      ],
    },
  };
}

/** Made once for each kind: it takes milliseconds, and admission asks for it with every object. */
const objectSchemas = new WeakMap<KindDefinition, StructuralSchema>();

/** The structural schema of a whole object of a kind, with our own keys still in it. Not to be changed. */
export function objectSchema(definition: KindDefinition): StructuralSchema {
  const known = objectSchemas.get(definition);
  if (known) return known;
  const made = makeObjectSchema(definition);
  objectSchemas.set(definition, made);
  return made;
}

function makeObjectSchema(definition: KindDefinition): StructuralSchema {
  const { doc, spec, status, siblings, rules, objectRules } = definition;
  const body = structuralSchema(
    z.object({
      spec: ruled(spec, rules).describe('What is wanted.'),
      ...siblings,
      status: status.optional().describe('What is. Written by the operator.'),
    }),
  );
  return {
    type: 'object',
    description: doc,
    required: ['spec'],
    ...(objectRules.length > 0
      ? {
          'x-kubernetes-validations': objectRules.map(
            ({ holds: _, ...rule }) => rule,
          ),
        }
      : {}),
    properties: {
      apiVersion: {
        type: 'string',
        description:
          'Version of the schema of this object; greenroom.dev/v1alpha1.',
      },
      kind: { type: 'string', description: 'Kind of this object.' },
      metadata: { type: 'object', properties: { name: { type: 'string' } } },
      ...body.properties,
    },
  };
}

function ruled(spec: z.ZodObject, rules: KindDefinition['rules']): z.ZodObject {
  return rules.length > 0 ? withRules(spec, rules) : spec;
}

function withoutOwnKeys(schema: StructuralSchema): StructuralSchema {
  const { resolvedDefault: _, means: __, called: ___, ...kept } = schema;
  for (const part of ['items', 'additionalProperties'] as const) {
    const below = kept[part];
    if (below && typeof below === 'object') kept[part] = withoutOwnKeys(below);
  }
  if (kept.properties) {
    kept.properties = Object.fromEntries(
      Object.entries(kept.properties).map(([name, field]) => [
        name,
        withoutOwnKeys(field),
      ]),
    );
  }
  return kept;
}
