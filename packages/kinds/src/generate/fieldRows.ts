import type { StructuralSchema } from '../crd/structuralSchema';

/** One field in the reference. */
export interface FieldRow {
  path: string;
  type: string;
  doc: string;
}

/** Fields of Kubernetes' own making, whose parts the reference leaves to Kubernetes. */
const knownFromKubernetes = new Set([
  'affinity',
  'lifecycle',
  'securityContext',
  'podSecurityContext',
  'extraVolumes[]',
  'extraVolumeMounts[]',
  'extraEnv[]',
  'env[]',
  'tolerations[]',
  'resources',
  'conditions[]',
]);

/** The fields of a schema, one row each, in order, those of an object after the object itself. */
export function fieldRows(
  schema: StructuralSchema,
  path: string,
  required = false,
): FieldRow[] {
  const rows: FieldRow[] = [
    { path, type: typeText(schema, required), doc: docText(schema) },
  ];
  const step = path.split('.').at(-1) ?? '';
  if (knownFromKubernetes.has(step) || knownFromKubernetes.has(`${step}[]`))
    return rows;
  const holder = schema.items ?? schema;
  const prefix = schema.items ? `${path}[]` : path;
  for (const [name, field] of Object.entries(holder.properties ?? {})) {
    rows.push(
      ...fieldRows(field, `${prefix}.${name}`, holder.required?.includes(name)),
    );
  }
  return rows;
}

function docText(schema: StructuralSchema): string {
  const rules = [schema, schema.items ?? {}].flatMap(
    holder =>
      (holder['x-kubernetes-validations'] ?? []) as { message: string }[],
  );
  const sentences = [
    schema.description ?? '',
    ...rules.map(({ message }) => `Rule: ${message}.`),
  ];
  return sentences.filter(Boolean).join(' ');
}

function typeText(schema: StructuralSchema, required: boolean): string {
  const parts = [shapeOf(schema), boundsOf(schema)];
  if (required) parts.push('**required**');
  if (schema.default !== undefined)
    parts.push(`default \`${JSON.stringify(schema.default)}\``);
  if (schema.resolvedDefault !== undefined)
    parts.push(`(default ${String(schema.resolvedDefault)})`);
  return parts.filter(Boolean).join(', ');
}

function shapeOf(schema: StructuralSchema): string {
  if (schema['x-kubernetes-int-or-string']) return 'integer or string';
  if (schema.enum)
    return schema.enum
      .map(value => `\`${String(value) || '""'}\``)
      .join(' \\| ')
      .replaceAll('\\|', '|');
  if (schema.items)
    return `list of ${
      schema.items.type === 'object' ? 'objects' : shapeOf(schema.items)
    }`;
  if (schema['x-kubernetes-preserve-unknown-fields']) return 'any object';
  if (typeof schema.additionalProperties === 'object')
    return `map to ${shapeOf(schema.additionalProperties)}`;
  if (schema.format === 'date-time') return 'time (RFC 3339)';
  return schema.type ?? 'any';
}

function boundsOf(schema: StructuralSchema): string {
  const { minimum, maximum, minLength, maxLength, maxItems, maxProperties } =
    schema;
  if (minimum !== undefined && maximum !== undefined)
    return `${minimum} to ${maximum}`;
  if (minimum !== undefined) return `at least ${minimum}`;
  if (maximum !== undefined) return `at most ${maximum}`;
  if (schema.format === 'date-time') return '';
  if (maxLength !== undefined) {
    return minLength
      ? `${minLength} to ${maxLength} characters`
      : `at most ${maxLength} characters`;
  }
  if (maxItems !== undefined) return `at most ${maxItems}`;
  if (maxProperties !== undefined) return `at most ${maxProperties}`;
  return '';
}
