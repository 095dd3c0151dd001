import { entryOf } from '../crd/schemaAt';
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

/**
 * The fields of a schema, one row each, in order, those of an object after the object itself.
 *
 * @param known - fields by name whose parts another place describes, which gets a link instead
 */
export function fieldRows(
  schema: StructuralSchema,
  path: string,
  known?: KnownFields,
  required = false,
): FieldRow[] {
  const row: FieldRow = {
    path,
    type: typeText(schema, required),
    doc: docText(schema, path),
  };
  const step = path.split('.').at(-1) ?? '';
  if (knownFromKubernetes.has(step) || knownFromKubernetes.has(`${step}[]`)) {
    return [{ ...row, doc: `${row.doc} As in Kubernetes.` }];
  }
  const holder = schema.items ?? schema;
  if (known && holder.properties && haveSameParts(known.fields[step], schema)) {
    const doc = `${schema.description} Its parts are those of [${known.title}](${known.link}).`;
    return [{ ...row, doc }];
  }
  const prefix = schema.items ? `${path}[]` : path;
  const below = Object.entries(holder.properties ?? {}).flatMap(
    ([name, field]) =>
      fieldRows(
        field,
        `${prefix}.${name}`,
        known,
        holder.required?.includes(name),
      ),
  );
  return [row, ...below];
}

/** Whether two fields differ at most in what is said of them. */
function haveSameParts(
  one: StructuralSchema | undefined,
  other: StructuralSchema,
): boolean {
  const parts = (schema: StructuralSchema) =>
    JSON.stringify({ ...schema, description: '' });
  return one !== undefined && parts(one) === parts(other);
}

/** Fields that are described elsewhere. */
export interface KnownFields {
  title: string;
  link: string;
  fields: Record<string, StructuralSchema>;
}

function docText(schema: StructuralSchema, path: string): string {
  const isRoot = !path.includes('.');
  const holders =
    isRoot || schema.called
      ? []
      : [schema, schema.items?.called ? {} : schema.items ?? {}];
  const rules = holders.flatMap(
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
  const parts = schema.called
    ? [schema.called]
    : [shapeOf(schema), boundsOf(schema)];
  if (required) parts.push('**required**');
  if (schema.default !== undefined)
    parts.push(`default \`${JSON.stringify(schema.default)}\``);
  if (schema.resolvedDefault !== undefined)
    parts.push(`(default ${String(schema.resolvedDefault)})`);
  return parts.filter(Boolean).join(', ');
}

function shapeOf(schema: StructuralSchema): string {
  if (schema.called) return schema.called;
  if (schema['x-kubernetes-int-or-string']) return 'integer or string';
  if (schema.enum)
    return schema.enum.map(value => `\`${String(value) || '""'}\``).join(' | ');
  if (schema.items) {
    return schema.items.type === 'object'
      ? 'list of objects'
      : `list: ${shapeOf(schema.items)}`;
  }
  if (schema['x-kubernetes-preserve-unknown-fields']) return 'any object';
  const entry = entryOf(schema);
  if (entry) return `map: ${shapeOf(entry)}`;
  if (schema.format === 'date-time') return 'time (RFC 3339)';
  return schema.type ?? 'any';
}

function boundsOf(schema: StructuralSchema): string {
  const { minimum, maximum, minLength, maxLength, maxItems, maxProperties } =
    schema;
  if (schema.format === 'date-time') return '';
  if (minimum !== undefined && maximum !== undefined)
    return `${minimum} to ${maximum}`;
  if (minimum !== undefined) return `at least ${minimum}`;
  if (maximum !== undefined) return `at most ${maximum}`;
  if (maxLength !== undefined) {
    return minLength
      ? `${minLength} to ${maxLength} characters`
      : `at most ${maxLength} characters`;
  }
  const most = maxItems ?? maxProperties;
  return most === undefined ? '' : `at most ${most}`;
}
