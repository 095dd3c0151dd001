import type { KubernetesObject } from '../../store/KubernetesObject';
import { fieldError, type FieldError } from '../errors/FieldError';
import type { ServedResource } from '../resources/ServedResource';
import { objectNames } from './objectNames';

const qualifiedNameMessage =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const labelValueMessage =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
/** Source: apimachinery, TotalAnnotationSizeLimitB. */
const annotationsLimit = 256 * 1024;

/** What is wrong with a key of labels or annotations, in the words of apimachinery. */
export function qualifiedNameErrors(key: string): string[] {
  const parts = key.split('/');
  if (parts.length > 2) {
    return [
      "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
    ];
  }
  const errors: string[] = [];
  const name = parts[parts.length - 1];
  if (parts.length === 2) {
    if (!parts[0]) errors.push('prefix part must be non-empty');
    else
      errors.push(
        ...objectNames.subdomain(parts[0]).map(each => `prefix part ${each}`),
      );
  }
  if (!name) errors.push('name part must be non-empty');
  else if (name.length > 63)
    errors.push('name part must be no more than 63 bytes');
  if (!/^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/.test(name))
    errors.push(qualifiedNameMessage);
  return errors;
}

export function labelErrors(
  labels: Record<string, string> | undefined,
  field: string,
): FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(labels ?? {})) {
    for (const each of qualifiedNameErrors(key))
      errors.push(fieldError.invalid(field, key, each));
    if (value.length > 63) {
      errors.push(
        fieldError.invalid(field, value, 'must be no more than 63 bytes'),
      );
    }
    if (!/^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/.test(value)) {
      errors.push(fieldError.invalid(field, value, labelValueMessage));
    }
  }
  return errors;
}

const standardFinalizers = new Set([
  'kubernetes',
  'orphan',
  'foregroundDeletion',
  // The API server's own, on definitions whose objects must go first.
  'customresourcecleanup.apiextensions.k8s.io',
]);

/** What is wrong with an object's metadata. */
export function validateMetadata(
  resource: ServedResource,
  object: KubernetesObject,
): FieldError[] {
  const { metadata } = object;
  const errors: FieldError[] = [];
  const check = resource.rules.validateName ?? objectNames.subdomain;
  if (metadata.generateName) {
    for (const each of check(metadata.generateName, true)) {
      errors.push(
        fieldError.invalid(
          'metadata.generateName',
          metadata.generateName,
          each,
        ),
      );
    }
  }
  if (!metadata.name) {
    errors.push(
      fieldError.required('metadata.name', 'name or generateName is required'),
    );
  } else {
    for (const each of check(metadata.name, false)) {
      errors.push(fieldError.invalid('metadata.name', metadata.name, each));
    }
  }
  errors.push(...labelErrors(metadata.labels, 'metadata.labels'));
  let bytes = 0;
  for (const [key, value] of Object.entries(metadata.annotations ?? {})) {
    for (const each of qualifiedNameErrors(key.toLowerCase())) {
      errors.push(fieldError.invalid('metadata.annotations', key, each));
    }
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > annotationsLimit) {
    errors.push(fieldError.tooLong('metadata.annotations', annotationsLimit));
  }
  for (const [index, finalizer] of (metadata.finalizers ?? []).entries()) {
    for (const each of qualifiedNameErrors(finalizer)) {
      errors.push(fieldError.invalid('metadata.finalizers', finalizer, each));
    }
    if (!finalizer.includes('/') && !standardFinalizers.has(finalizer)) {
      errors.push(
        fieldError.invalid(
          `metadata.finalizers[${index}]`,
          finalizer,
          'name is neither a standard finalizer name nor is it fully qualified',
        ),
      );
    }
  }
  errors.push(...ownerErrors(object));
  return errors;
}

function ownerErrors({ metadata }: KubernetesObject): FieldError[] {
  const errors: FieldError[] = [];
  const field = 'metadata.ownerReferences';
  let controller: string | undefined;
  for (const each of metadata.ownerReferences ?? []) {
    for (const key of ['apiVersion', 'kind', 'name', 'uid'] as const) {
      if (!each[key]) {
        errors.push(
          fieldError.invalid(
            key === 'apiVersion' ? `${field}.apiVersion` : `${field}.${key}`,
            each[key] ?? '',
            key === 'apiVersion'
              ? 'version must not be empty'
              : `must not be empty`,
          ),
        );
      }
    }
    if (!each.controller) continue;
    const named = `${each.kind}/${each.name}`;
    if (controller) {
      errors.push(
        fieldError.invalid(
          field,
          metadata.ownerReferences,
          `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${named}`,
        ),
      );
    }
    controller = named;
  }
  return errors;
}

/** What may not change in metadata once an object exists. */
export function validateMetadataUpdate(
  object: KubernetesObject,
  old: KubernetesObject,
): FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ['uid', 'creationTimestamp'] as const) {
    if (object.metadata[field] !== old.metadata[field]) {
      errors.push(
        fieldError.invalid(
          `metadata.${field}`,
          object.metadata[field],
          'field is immutable',
        ),
      );
    }
  }
  if (old.metadata.deletionTimestamp) {
    const added = (object.metadata.finalizers ?? []).filter(
      each => !old.metadata.finalizers?.includes(each),
    );
    if (added.length) {
      errors.push(
        fieldError.forbidden(
          'metadata.finalizers',
          `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added
            .map(each => JSON.stringify(each))
            .join(', ')}}`,
        ),
      );
    }
  }
  return errors;
}
