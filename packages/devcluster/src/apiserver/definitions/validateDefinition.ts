import { isDeepStrictEqual } from 'node:util';
import type { Json, KubernetesObject } from '../../store/KubernetesObject';
import { fieldError, type FieldError } from '../errors/FieldError';
import { objectNames } from '../handlers/objectNames';
import { validateStructural } from './validateStructural';

/** What is wrong with a CustomResourceDefinition. */
export function validateDefinition({
  metadata,
  spec,
}: KubernetesObject): FieldError[] {
  const errors: FieldError[] = [];
  const { group, names = {}, versions = [], scope } = spec ?? {};
  const expected = `${names.plural}.${group}`;
  if (metadata.name !== expected) {
    errors.push(
      fieldError.invalid(
        'metadata.name',
        metadata.name,
        `must be spec.names.plural+"."+spec.group`,
      ),
    );
  }
  if (!group) errors.push(fieldError.required('spec.group'));
  else {
    for (const each of objectNames.subdomain(group)) {
      errors.push(fieldError.invalid('spec.group', group, each));
    }
    if (!group.includes('.')) {
      errors.push(
        fieldError.invalid(
          'spec.group',
          group,
          'should be a domain with at least one dot',
        ),
      );
    }
  }
  if (scope !== 'Namespaced' && scope !== 'Cluster') {
    errors.push(
      scope
        ? fieldError.notSupported('spec.scope', scope, [
            'Cluster',
            'Namespaced',
          ])
        : fieldError.required('spec.scope'),
    );
  }
  for (const field of ['plural', 'singular', 'kind', 'listKind']) {
    if (!names[field]) {
      errors.push(fieldError.required(`spec.names.${field}`));
      continue;
    }
    for (const each of objectNames.label1035(names[field].toLowerCase())) {
      errors.push(
        fieldError.invalid(`spec.names.${field}`, names[field], each),
      );
    }
  }
  if (names.kind && names.kind === names.listKind) {
    errors.push(
      fieldError.invalid(
        'spec.names.listKind',
        names.listKind,
        'kind and listKind may not be the same',
      ),
    );
  }
  errors.push(...validateVersions(versions));
  return errors;
}

function validateVersions(versions: Json[]): FieldError[] {
  const errors: FieldError[] = [];
  const stored = versions.filter(each => each.storage);
  if (stored.length !== 1) {
    errors.push(
      fieldError.invalid(
        'spec.versions',
        versions.map(each => each.name),
        'must have exactly one version marked as storage version',
      ),
    );
  }
  const seen = new Set<string>();
  const isShared = versions.every(each =>
    isDeepStrictEqual(each.schema, versions[0].schema),
  );
  for (const [index, version] of versions.entries()) {
    const at = `spec.versions[${index}]`;
    for (const each of objectNames.label1035(version.name ?? '')) {
      errors.push(fieldError.invalid(`${at}.name`, version.name, each));
    }
    if (seen.has(version.name))
      errors.push(
        fieldError.invalid(
          'spec.versions',
          versions.map(each => each.name),
          'must contain unique version names',
        ),
      );
    seen.add(version.name);
    const schema = version.schema?.openAPIV3Schema;
    if (!schema) {
      errors.push(
        fieldError.required(
          `${at}.schema.openAPIV3Schema`,
          'schemas are required',
        ),
      );
      continue;
    }
    // A schema that all versions share is told once, as one of the definition.
    if (!isShared)
      errors.push(
        ...validateStructural(schema, `${at}.schema.openAPIV3Schema`),
      );
    else if (index === 0) {
      errors.push(
        ...validateStructural(schema, 'spec.validation.openAPIV3Schema'),
      );
    }
    for (const [column, each] of (
      version.additionalPrinterColumns ?? []
    ).entries()) {
      if (!each.jsonPath) {
        errors.push(
          fieldError.required(
            `${at}.additionalPrinterColumns[${column}].jsonPath`,
          ),
        );
      }
    }
  }
  return errors;
}

/** What of a definition may not change any more. */
export function validateDefinitionUpdate(
  definition: KubernetesObject,
  old: KubernetesObject,
): FieldError[] {
  const errors: FieldError[] = [];
  const isEstablished = old.status?.conditions?.some(
    (each: Json) => each.type === 'Established' && each.status === 'True',
  );
  const immutable = (field: string, now: Json, before: Json) => {
    if (now !== before)
      errors.push(fieldError.invalid(field, now, 'field is immutable'));
  };
  immutable('spec.group', definition.spec.group, old.spec.group);
  immutable(
    'spec.names.plural',
    definition.spec.names.plural,
    old.spec.names.plural,
  );
  if (isEstablished) {
    immutable('spec.scope', definition.spec.scope, old.spec.scope);
    immutable(
      'spec.names.kind',
      definition.spec.names.kind,
      old.spec.names.kind,
    );
  }
  for (const stored of old.status?.storedVersions ?? []) {
    if (!definition.spec.versions.some((each: Json) => each.name === stored)) {
      errors.push(
        fieldError.invalid(
          `status.storedVersions[${old.status.storedVersions.indexOf(stored)}]`,
          stored,
          `missing from spec.versions; ${stored} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${stored} and removes ${stored} from status.storedVersions`,
        ),
      );
    }
  }
  return errors;
}
