import type { Json } from '../store/KubernetesObject';
import type { FieldNode, ScalarNode, StructNode, TypeNode } from './TypeNode';
import { canonicalQuantity } from './Quantity';

/** A value has another JSON type than its field; the message is the one of Go's decoder. */
export class DecodeError extends Error {
  readonly name = 'DecodeError';
}

interface Decoding {
  /** Paths of fields that the type does not have. */
  unknown: string[];
  /** Path from the root without indices, as Go's decoder tells it. */
  trail: string;
  owner: string;
}

/**
 * Optional strings that Go holds as pointers: an empty one is a value of its own there, not an absent one.
 * Source: k8s.io/api, fields of type *string without a default.
 */
const pointerStrings = new Set([
  'storageClassName',
  'volumeAttributesClassName',
  'runtimeClassName',
  'ingressClassName',
  'holderIdentity',
  'hostname',
  'caBundle',
  'message',
  'reason',
]);

/**
 * The value as a Go struct of the type would hold it and write it again: unknown fields and nulls are gone, empty
 * optional fields too. The input is not changed.
 * @throws DecodeError
 */
export function decodeTyped(
  value: Json,
  type: TypeNode,
  unknown: string[] = [],
  at = '',
): Json {
  return decode(value, type, at, { unknown, trail: '', owner: type.goType });
}

function decode(
  value: Json,
  type: TypeNode,
  at: string,
  state: Decoding,
): Json {
  if (value === null || value === undefined) return undefined;
  switch (type.kind) {
    case 'any':
      return value;
    case 'scalar':
      return decodeScalar(value, type, state);
    case 'list':
      if (!Array.isArray(value)) throw mismatch(value, type, state);
      return value.map((each, index) => {
        const item = decode(each, type.items, `${at}[${index}]`, state);
        return item === undefined ? emptyOf(type.items) : item;
      });
    case 'map': {
      if (!isObject(value)) throw mismatch(value, type, state);
      const result: Record<string, Json> = {};
      for (const [key, each] of Object.entries(value)) {
        const item = decode(
          each,
          type.values,
          at ? `${at}.${key}` : key,
          state,
        );
        result[key] = item === undefined ? emptyOf(type.values) : item;
      }
      return result;
    }
    default:
      return decodeStruct(value, type, at, state);
  }
}

function decodeStruct(
  value: Json,
  type: StructNode,
  at: string,
  state: Decoding,
): Json {
  if (!isObject(value)) throw mismatch(value, type, state);
  const result: Record<string, Json> = {};
  const { trail, owner } = state;
  for (const [key, each] of Object.entries(value)) {
    const field = type.fields.get(key);
    if (!field) {
      if (type.open) result[key] = each;
      else state.unknown.push(at ? `${at}.${key}` : key);
      continue;
    }
    state.trail = trail ? `${trail}.${key}` : key;
    if (field.type.kind !== 'struct')
      state.owner = type.goType.replace(/^.*\./, '');
    const decoded = decode(each, field.type, at ? `${at}.${key}` : key, state);
    state.trail = trail;
    state.owner = owner;
    if (decoded === undefined || isOmitted(key, decoded, field)) continue;
    result[key] = decoded;
  }
  return result;
}

function isOmitted(key: string, value: Json, field: FieldNode): boolean {
  if (field.required) return false;
  if (value === '') return !pointerStrings.has(key);
  if (field.type.kind === 'list') return value.length === 0;
  return field.type.kind === 'map' && Object.keys(value).length === 0;
}

function decodeScalar(value: Json, type: ScalarNode, state: Decoding): Json {
  switch (type.scalar) {
    case 'string':
      if (typeof value === 'string') {
        if (type.goType === '[]uint8') assertBase64(value);
        return value;
      }
      break;
    case 'time':
      if (typeof value === 'string') return decodeTime(value, type);
      break;
    case 'boolean':
      if (typeof value === 'boolean') return value;
      break;
    case 'integer':
      if (Number.isInteger(value)) return value;
      if (typeof value === 'number') {
        throw new DecodeError(
          `json: cannot unmarshal number ${value} into Go struct field ${state.owner}.${state.trail} of type ${type.goType}`,
        );
      }
      break;
    case 'number':
      if (typeof value === 'number') return value;
      break;
    case 'intOrString':
      if (typeof value === 'string' || Number.isInteger(value)) return value;
      break;
    default:
      if (typeof value === 'string' || typeof value === 'number') {
        const canonical = canonicalQuantity(String(value));
        if (canonical !== undefined) return canonical;
        throw new DecodeError(
          "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        );
      }
  }
  throw mismatch(value, type, state);
}

function assertBase64(value: string): void {
  const bad = value.search(/[^A-Za-z0-9+/=\r\n]/);
  const length = value.replace(/[\r\n]/g, '').length;
  if (bad < 0 && length % 4 === 0) return;
  throw new DecodeError(
    `illegal base64 data at input byte ${
      bad < 0 ? length - (length % 4) : bad
    }`,
  );
}

function decodeTime(value: string, type: ScalarNode): string {
  const isMicro = type.goType === 'v1.MicroTime';
  const time = Date.parse(value);
  if (Number.isNaN(time) || !value.includes('T')) {
    throw timeError(value, isMicro, value, '2006');
  }
  const iso = new Date(time).toISOString();
  if (!isMicro) return iso.replace(/\.\d+Z$/, 'Z');
  // Go's layout asks for exactly six digits.
  const match = /\.(\d{6})(?=Z|[+-])/.exec(value);
  if (!match) {
    const rest = /:\d\d(\.\d+Z?.*|Z|[+-].*)$/.exec(value)?.[1] ?? value;
    throw timeError(value, true, rest, '.000000');
  }
  return iso.replace(/\.\d+Z$/, `.${match[1]}Z`);
}

function timeError(
  value: string,
  isMicro: boolean,
  rest: string,
  part: string,
): DecodeError {
  const layout = isMicro
    ? '2006-01-02T15:04:05.000000Z07:00'
    : '2006-01-02T15:04:05Z07:00';
  return new DecodeError(
    `parsing time ${JSON.stringify(
      value,
    )} as "${layout}": cannot parse ${JSON.stringify(rest)} as "${part}"`,
  );
}

function mismatch(
  value: Json,
  type: TypeNode,
  { trail, owner }: Decoding,
): DecodeError {
  return new DecodeError(
    `json: cannot unmarshal ${jsonTypeOf(
      value,
    )} into Go struct field ${owner.replace(/^.*\./, '')}.${trail} of type ${
      type.goType
    }`,
  );
}

function jsonTypeOf(value: Json): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function emptyOf(type: TypeNode): Json {
  switch (type.kind) {
    case 'struct':
    case 'map':
      return {};
    case 'list':
      return [];
    case 'scalar':
      return (
        { integer: 0, number: 0, boolean: false }[type.scalar as string] ?? ''
      );
    default:
      return null;
  }
}

function isObject(value: Json): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
