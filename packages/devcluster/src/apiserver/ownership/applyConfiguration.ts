import type { KubernetesObject } from '../../store/KubernetesObject';
import type { StructNode } from '../../schemas/TypeNode';
import { ApiError } from '../errors/ApiError';
import { compareTyped } from './compareTyped';
import { fieldSetOf } from './fieldSetOf';
import {
  identityOf,
  readManagedFields,
  writeManagedFields,
  type ManagerRecord,
} from './ManagedFields';
import { mergeTyped } from './mergeTyped';
import { ownerless, stripped, type WriterIdentity } from './recordUpdate';
import { removeFields } from './removeFields';

/**
 * Server-side apply: lays `applied` over `live`, removes what this manager applied before and no longer does, and
 * records who owns what.
 * @throws ApiError 409 if a field that would change belongs to others and `force` is not set
 */
export function applyConfiguration(
  live: KubernetesObject | undefined,
  applied: KubernetesObject,
  type: StructNode,
  writer: WriterIdentity,
  force: boolean,
): KubernetesObject {
  const records = readManagedFields(live);
  const self = { ...writer, operation: 'Apply' as const };
  const identity = identityOf(self);
  const last = records.get(identity);
  const fields = fieldSetOf(stripped(applied), type)
    .recursiveDifference(writer.reset)
    .difference(ownerless);

  const start = live ?? minimal(applied);
  const { managedFields: _, ...metadata } = start.metadata;
  const before = { ...start, metadata } as KubernetesObject;
  let merged = mergeTyped(
    before,
    withoutServerFields(applied, Boolean(live)),
    type,
  ) as KubernetesObject;
  if (last) {
    let kept = fields;
    for (const [each, record] of records)
      if (each !== identity) kept = kept.union(record.fields);
    merged = removeFields(merged, type, last.fields.difference(kept), kept);
    merged.metadata ??= before.metadata;
  }

  const { added, modified, removed } = compareTyped(
    stripped(before),
    stripped(merged),
    type,
  );
  const changed = added.union(modified);
  const conflicts: { record: ManagerRecord; paths: string[] }[] = [];
  for (const [each, record] of records) {
    if (each === identity) continue;
    const contested = record.fields.intersection(changed);
    if (!contested.isEmpty) {
      if (force)
        records.set(each, {
          ...record,
          fields: record.fields.difference(contested).difference(removed),
        });
      else conflicts.push({ record, paths: contested.paths() });
    } else {
      records.set(each, {
        ...record,
        fields: record.fields.difference(removed),
      });
    }
  }
  if (conflicts.length) throw conflictError(conflicts);

  const isSame =
    last?.fields.equals(fields) && last.apiVersion === writer.apiVersion;
  records.set(identity, {
    manager: writer.manager,
    operation: 'Apply',
    apiVersion: writer.apiVersion,
    subresource: writer.subresource,
    time: isSame ? last!.time : writer.time,
    fields,
  });
  const entries = writeManagedFields(records.values());
  return {
    ...merged,
    metadata: {
      ...merged.metadata,
      ...(entries.length && { managedFields: entries }),
    },
  };
}

function minimal({
  apiVersion,
  kind,
  metadata: { name, namespace },
}: KubernetesObject) {
  return {
    apiVersion,
    kind,
    metadata: { name, ...(namespace && { namespace }) },
  } as KubernetesObject;
}

function withoutServerFields(
  applied: KubernetesObject,
  isUpdate: boolean,
): KubernetesObject {
  const {
    managedFields: _,
    creationTimestamp: __,
    ...metadata
  } = applied.metadata;
  if (!isUpdate) return { ...applied, metadata } as KubernetesObject;
  const {
    uid: _uid,
    resourceVersion: _version,
    generation: _generation,
    ...rest
  } = metadata;
  return { ...applied, metadata: rest } as KubernetesObject;
}

function conflictError(
  conflicts: { record: ManagerRecord; paths: string[] }[],
): ApiError {
  const causes = conflicts.flatMap(({ record, paths }) =>
    paths.map(field => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${shownManager(record)}`,
      field,
    })),
  );
  const groups = conflicts.map(
    ({ record, paths }) =>
      `conflicts with ${shownManager(record)}:\n${paths
        .map(path => `- ${path}`)
        .join('\n')}`,
  );
  const message =
    causes.length === 1
      ? `Apply failed with 1 conflict: ${causes[0].message}: ${causes[0].field}`
      : `Apply failed with ${causes.length} conflicts: ${groups.join('\n')}`;
  return new ApiError(409, 'Conflict', message, { causes });
}

function shownManager({
  manager,
  operation,
  apiVersion,
  subresource,
}: ManagerRecord): string {
  const name = JSON.stringify(manager);
  if (operation === 'Apply') return name;
  return subresource
    ? `${name} with subresource ${JSON.stringify(
        subresource,
      )} using ${apiVersion}`
    : `${name} using ${apiVersion}`;
}
