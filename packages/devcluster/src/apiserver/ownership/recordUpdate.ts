import type { Json, KubernetesObject } from '../../store/KubernetesObject';
import type { StructNode, TypeNode } from '../../schemas/TypeNode';
import { compareTyped } from './compareTyped';
import { FieldSet } from './FieldSet';
import {
  identityOf,
  readManagedFields,
  writeManagedFields,
  type ManagerRecord,
} from './ManagedFields';

/** Who writes, and what of the object this kind of write can never set. */
export interface WriterIdentity {
  manager: string;
  apiVersion: string;
  subresource?: string;
  /** Paths that belong to nobody through this write. */
  reset: FieldSet;
  /** RFC 3339. */
  time: string;
}

/** Paths that have no owner: they name the object or are set by the server alone. */
export const ownerless = FieldSet.of(
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ['f:metadata', 'f:name'],
  ['f:metadata', 'f:namespace'],
  ['f:metadata', 'f:creationTimestamp'],
  ['f:metadata', 'f:selfLink'],
  ['f:metadata', 'f:uid'],
  ['f:metadata', 'f:generation'],
  ['f:metadata', 'f:managedFields'],
  ['f:metadata', 'f:resourceVersion'],
);

/** Gives the writer what it changed, takes it from others, and writes `metadata.managedFields` of `object`. */
export function recordUpdate(
  live: KubernetesObject | undefined,
  object: KubernetesObject,
  type: StructNode,
  writer: WriterIdentity,
): void {
  // A client that sends managedFields: [] resets ownership; what it sends otherwise does not count.
  const wasReset =
    live !== undefined &&
    Array.isArray(object.metadata.managedFields) &&
    object.metadata.managedFields.length === 0;
  const records = wasReset
    ? new Map<string, ManagerRecord>()
    : readManagedFields(live ?? object);
  const before = live ?? emptyStruct(type);
  const { added, modified, removed } = compareTyped(
    stripped(before),
    stripped(object),
    type,
  );
  const changed = added.union(modified);
  const lost = changed.union(removed);
  const self = { operation: 'Update' as const, ...writer };
  const identity = identityOf(self);
  for (const [each, record] of records) {
    if (each === identity) continue;
    records.set(each, { ...record, fields: record.fields.difference(lost) });
  }
  const own = records.get(identity);
  const before1 = own?.fields ?? new FieldSet();
  const fields = before1
    .difference(removed)
    .union(changed)
    .recursiveDifference(writer.reset)
    .difference(ownerless);
  if (!own || !own.fields.equals(fields)) {
    records.set(identity, {
      manager: writer.manager,
      operation: 'Update',
      apiVersion: writer.apiVersion,
      subresource: writer.subresource,
      time: writer.time,
      fields,
    });
  }
  const entries = writeManagedFields(records.values());
  if (entries.length) object.metadata.managedFields = entries;
  else delete object.metadata.managedFields;
}

/** The object without what nobody owns, so that comparing does not look at it. */
export function stripped(object: Json): Json {
  const { apiVersion: _, kind: __, metadata = {}, ...rest } = object;
  const {
    name: _name,
    namespace: _namespace,
    creationTimestamp: _created,
    uid: _uid,
    generation: _generation,
    managedFields: _managed,
    resourceVersion: _version,
    selfLink: _link,
    ...owned
  } = metadata;
  return { ...rest, metadata: owned };
}

/** What Go writes for a new struct of a built-in type: its nested structs are there, its required lists are null. */
function emptyStruct(type: TypeNode): Json {
  if (type.kind !== 'struct') return null;
  const result: Record<string, Json> = {};
  if (!type.goType) return { metadata: {} };
  for (const [name, field] of type.fields) {
    const isEmbedded =
      field.type.kind === 'struct' &&
      field.type.default !== undefined &&
      Object.keys(field.type.default).length === 0;
    if (isEmbedded) result[name] = emptyStruct(field.type);
    else if (
      field.required &&
      (field.type.kind === 'list' || field.type.kind === 'map')
    ) {
      result[name] = null;
    }
  }
  return result;
}
