import type {
  KubernetesObject,
  ManagedFieldsEntry,
} from '../../store/KubernetesObject';
import { FieldSet } from './FieldSet';

/** One manager's fields. */
export interface ManagerRecord {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  subresource?: string;
  time?: string;
  fields: FieldSet;
}

/** Identity of a record: an applier stays the same one whatever version it applies. */
export function identityOf(
  record: Omit<ManagerRecord, 'fields' | 'time'>,
): string {
  return JSON.stringify([
    record.manager,
    record.operation,
    record.operation === 'Apply' ? '' : record.apiVersion,
    record.subresource ?? '',
  ]);
}

/** Sets of live objects, which many writes read and few change. */
const decoded = new WeakMap<ManagedFieldsEntry, FieldSet>();

export function readManagedFields(
  object: KubernetesObject | undefined,
): Map<string, ManagerRecord> {
  const records = new Map<string, ManagerRecord>();
  for (const entry of object?.metadata?.managedFields ?? []) {
    let fields = decoded.get(entry);
    if (!fields) {
      fields = FieldSet.fromJson(entry.fieldsV1 ?? {});
      decoded.set(entry, fields);
    }
    const { manager, operation, apiVersion, subresource, time } = entry;
    const record = {
      manager,
      operation,
      apiVersion,
      subresource,
      time,
      fields,
    };
    records.set(identityOf(record), record);
  }
  return records;
}

/** The entries as objects carry them: appliers first, then by time, then by name. Empty records vanish. */
export function writeManagedFields(
  records: Iterable<ManagerRecord>,
): ManagedFieldsEntry[] {
  return [...records]
    .filter(({ fields }) => !fields.isEmpty)
    .sort(
      (a, b) =>
        compare(a.operation, b.operation) ||
        compare(a.time ?? '', b.time ?? '') ||
        compare(a.manager, b.manager) ||
        compare(a.subresource ?? '', b.subresource ?? ''),
    )
    .map(({ manager, operation, apiVersion, time, fields, subresource }) => ({
      manager,
      operation,
      apiVersion,
      time,
      fieldsType: 'FieldsV1',
      fieldsV1: fields.toJson(),
      ...(subresource && { subresource }),
    }));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
