import type { Json } from '../store/KubernetesObject';
import { ProtobufReader, ProtobufError } from './ProtobufReader';
import { messagesText } from './messages.generated';

/** How bodies of this encoding begin. */
const magic = Buffer.from('k8s\0');

interface Field {
  name: string;
  type: string;
  shape: 'one' | 'list' | 'map';
}

/** Structs that Go embeds: their fields stand in the outer object. */
const embedded = new Set([
  'ephemeralContainerCommon',
  'handler',
  'localObjectReference',
  'persistentVolumeSource',
  'rule',
  'volumeSource',
]);
/**
 * Numbers and booleans that Go holds as pointers, so a zero was set on purpose; all others are written even when
 * they were not set. Source: k8s.io/api.
 */
const pointers = new Set(
  `activeDeadlineSeconds allowPrivilegeEscalation automountServiceAccountToken backoffLimit blockOwnerDeletion
  completions controller defaultMode deletionGracePeriodSeconds enableServiceLinks expirationSeconds fsGroup
  gracePeriodSeconds hostUsers immutable leaseDurationSeconds leaseTransitions manualSelector minReplicas mode optional
  orphanDependents parallelism priority privileged progressDeadlineSeconds readOnlyRootFilesystem replicas
  revisionHistoryLimit runAsGroup runAsNonRoot runAsUser shareProcessNamespace suspend
  terminationGracePeriodSeconds timeoutSeconds ttlSecondsAfterFinished value port intVal`.split(
    /\s+/,
  ),
);

const json = ({ raw }: Record<string, Json>) =>
  raw ? JSON.parse(Buffer.from(raw, 'base64').toString('utf8')) : null;
const items = ({ items: each }: Record<string, Json>) => each ?? [];
const time = ({ seconds, nanos = 0 }: Record<string, Json>) =>
  seconds === undefined
    ? null
    : new Date(seconds * 1000 + nanos / 1e6).toISOString();
const meta = 'k8s.io.apimachinery.pkg.apis.meta.v1';
const extensions = 'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1';

/** Messages whose JSON is not an object of their fields. */
const specials: Record<string, (fields: Record<string, Json>) => Json> = {
  'k8s.io.apimachinery.pkg.api.resource.Quantity': ({ string }) =>
    string ?? '0',
  'k8s.io.apimachinery.pkg.util.intstr.IntOrString': ({
    type,
    intVal,
    strVal,
  }) => (type === 1 ? strVal ?? '' : intVal ?? 0),
  'k8s.io.apimachinery.pkg.runtime.RawExtension': json,
  'k8s.io.api.authentication.v1.ExtraValue': items,
  'k8s.io.api.authorization.v1.ExtraValue': items,
  [`${meta}.Verbs`]: items,
  [`${meta}.Time`]: time,
  [`${meta}.MicroTime`]: time,
  [`${meta}.FieldsV1`]: ({ Raw }) => json({ raw: Raw }),
  [`${extensions}.JSON`]: json,
  [`${extensions}.JSONSchemaProps`]: ({ ref, schema, ...rest }) => ({
    ...Object.fromEntries(
      Object.entries(rest).map(([name, value]) => [
        name.startsWith('xKubernetes')
          ? name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
          : name,
        value,
      ]),
    ),
    ...(ref && { $ref: ref }),
    ...(schema && { $schema: schema }),
  }),
  [`${extensions}.JSONSchemaPropsOrArray`]: ({ schema, jSONSchemas }) =>
    schema ?? jSONSchemas,
  [`${extensions}.JSONSchemaPropsOrBool`]: ({ allows, schema }) =>
    schema ?? Boolean(allows),
  [`${extensions}.JSONSchemaPropsOrStringArray`]: ({ schema, property }) =>
    schema ?? property,
};

let parsed: Map<string, Map<number, Field>> | undefined;

function messages(): Map<string, Map<number, Field>> {
  if (parsed) return parsed;
  parsed = new Map();
  for (const line of messagesText.trim().split('\n')) {
    const [name, ...fields] = line.replaceAll('~', 'k8s.io.').split(' ');
    parsed.set(
      name,
      new Map(
        fields.map(field => {
          const [number, fieldName, type] = field.split(':');
          const shape = shapeOf(type);
          return [
            Number(number),
            { name: fieldName, type: type.replace(/(\[\]|\{\})$/, ''), shape },
          ];
        }),
      ),
    );
  }
  return parsed;
}

function shapeOf(type: string): Field['shape'] {
  if (type.endsWith('[]')) return 'list';
  return type.endsWith('{}') ? 'map' : 'one';
}

/** An object from Kubernetes' protobuf encoding, as its JSON would be. @throws ProtobufError */
export function decodeProtobuf(body: Buffer): Json {
  if (!body.subarray(0, 4).equals(magic)) {
    throw new ProtobufError(
      'The body does not begin like a protobuf of Kubernetes.',
    );
  }
  const envelope = decodeMessage(
    body.subarray(4),
    'k8s.io.apimachinery.pkg.runtime.Unknown',
  );
  const { apiVersion = '', kind = '' } = envelope.typeMeta ?? {};
  const object = decodeMessage(
    Buffer.from(envelope.raw ?? '', 'base64'),
    messageOf(apiVersion, kind),
  );
  return { apiVersion, kind, ...object };
}

function messageOf(apiVersion: string, kind: string): string {
  const [group, version] = apiVersion.includes('/')
    ? apiVersion.split('/')
    : ['core', apiVersion];
  const candidates = [
    `k8s.io.api.${group.split('.')[0]}.${version}.${kind}`,
    `k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.${version}.${kind}`,
    `k8s.io.apimachinery.pkg.apis.meta.${version}.${kind}`,
  ];
  const found = candidates.find(each => messages().has(each));
  if (!found)
    throw new ProtobufError(
      `${apiVersion} ${kind} has no protobuf form here; send JSON.`,
    );
  return found;
}

function decodeMessage(bytes: Buffer, type: string): Json {
  const special = specials[type];
  if (special) return special(fieldsOf(bytes, type));
  return fieldsOf(bytes, type);
}

function fieldsOf(bytes: Buffer, type: string): Record<string, Json> {
  const known = messages().get(type);
  if (!known) throw new ProtobufError(`${type} is not known.`);
  const result: Record<string, Json> = {};
  const reader = new ProtobufReader(bytes);
  while (!reader.isAtEnd) {
    const tag = reader.varint();
    const wire = Number(tag & 7n);
    const raw = reader.value(wire);
    const field = known.get(Number(tag >> 3n));
    if (!field) continue;
    if (field.shape === 'map') {
      const entry = decodeEntry(raw as Buffer, field.type);
      (result[field.name] ??= {})[entry.key] = entry.value;
      continue;
    }
    const value = decodeValue(raw, field);
    if (value === undefined) continue;
    if (field.shape === 'list') (result[field.name] ??= []).push(value);
    else if (embedded.has(field.name) && typeof value === 'object')
      Object.assign(result, value);
    else result[field.name] = value;
  }
  return result;
}

function decodeValue(
  raw: bigint | Buffer | number,
  { type, name, shape }: Field,
): Json {
  switch (type) {
    case 'string':
      return (raw as Buffer).toString('utf8');
    case 'bytes':
      return (raw as Buffer).toString('base64');
    case 'bool':
      if (raw !== 0n) return true;
      return shape === 'one' && !pointers.has(name) ? undefined : false;
    case 'double':
      return raw;
    case 'int32':
    case 'int64':
    case 'uint32':
    case 'uint64': {
      const number = Number(BigInt.asIntN(64, raw as bigint));
      return number === 0 && shape === 'one' && !pointers.has(name)
        ? undefined
        : number;
    }
    default:
      return decodeMessage(raw as Buffer, type);
  }
}

function decodeEntry(
  bytes: Buffer,
  type: string,
): { key: string; value: Json } {
  const reader = new ProtobufReader(bytes);
  const entry: { key: string; value: Json } = {
    key: '',
    value: type === 'string' ? '' : {},
  };
  while (!reader.isAtEnd) {
    const tag = reader.varint();
    const raw = reader.value(Number(tag & 7n));
    if (tag >> 3n === 1n) entry.key = (raw as Buffer).toString('utf8');
    else entry.value = decodeValue(raw, { name: '', type, shape: 'list' });
  }
  return entry;
}
