import type { KubernetesObject } from '../../store/KubernetesObject';
import { badRequest } from '../errors/ApiError';
import type { ServedResource } from '../resources/ServedResource';
import { valueAt } from './valueAt';

export interface FieldRequirement {
  field: string;
  value: string;
  negated: boolean;
}

/** Reads `a=b,c!=d`. @throws ApiError */
export function parseFieldSelector(text: string): FieldRequirement[] {
  if (!text) return [];
  return text
    .split(/(?<!\\),/)
    .filter(Boolean)
    .map(part => {
      const match = /^(.*?)(!=|==|=)(.*)$/.exec(part);
      if (!match) {
        throw badRequest(
          `invalid selector: '${text}'; can't understand '${part}'`,
        );
      }
      const [, field, operator, value] = match;
      return {
        field,
        negated: operator === '!=',
        value: value.replace(/\\([,=\\])/g, '$1'),
      };
    });
}

/** A matcher for objects of the resource. @throws ApiError if the resource does not know a field */
export function fieldMatcher(
  resource: ServedResource,
  requirements: FieldRequirement[],
): (object: KubernetesObject) => boolean {
  const readers = requirements.map(each => ({
    ...each,
    read: readerOf(resource, each.field),
  }));
  return object =>
    readers.every(
      ({ read, value, negated }) => (read(object) === value) !== negated,
    );
}

function readerOf(
  resource: ServedResource,
  field: string,
): (object: KubernetesObject) => string {
  if (field === 'metadata.name') return ({ metadata }) => metadata.name;
  if (field === 'metadata.namespace')
    return ({ metadata }) => metadata.namespace ?? '';
  const known = resource.rules.selectableFields?.[field];
  if (known) return known;
  if (resource.custom?.selectableFields.includes(`.${field}`)) {
    return object => String(valueAt(object, field) ?? '');
  }
  throw badRequest(
    resource.custom || resource.rules.selectableFields
      ? `field label not supported: ${field}`
      : `${JSON.stringify(
          field,
        )} is not a known field selector: only "metadata.name", "metadata.namespace"`,
  );
}
