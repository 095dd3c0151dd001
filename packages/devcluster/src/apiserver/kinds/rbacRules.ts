import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../../store/KubernetesObject';
import { fieldError, type FieldError } from '../errors/FieldError';
import { objectNames } from '../handlers/objectNames';
import type { KindRules } from '../resources/ServedResource';

const group = 'rbac.authorization.k8s.io';

const role: KindRules = {
  validateName: objectNames.pathSegment,
  createsOnUpdate: true,
  applyDefaults(object) {
    object.rules ??= null;
  },
  validate({ rules, kind }) {
    const errors: FieldError[] = [];
    for (const [index, rule] of (rules ?? []).entries()) {
      const at = `rules[${index}]`;
      if (!rule.verbs?.length) {
        errors.push(
          fieldError.required(
            `${at}.verbs`,
            'verbs must contain at least one value',
          ),
        );
      }
      if (rule.nonResourceURLs?.length) {
        if (kind === 'Role') {
          errors.push(
            fieldError.invalid(
              `${at}.nonResourceURLs`,
              rule.nonResourceURLs,
              'namespaced rules cannot apply to non-resource URLs',
            ),
          );
        }
        continue;
      }
      if (!rule.apiGroups?.length) {
        errors.push(
          fieldError.required(
            `${at}.apiGroups`,
            'resource rules must supply at least one api group',
          ),
        );
      }
      if (!rule.resources?.length) {
        errors.push(
          fieldError.required(
            `${at}.resources`,
            'resource rules must supply at least one resource',
          ),
        );
      }
    }
    return errors;
  },
};

const binding: KindRules = {
  validateName: objectNames.pathSegment,
  createsOnUpdate: true,
  applyDefaults(object) {
    if (object.roleRef) object.roleRef.apiGroup ||= group;
    for (const subject of object.subjects ?? []) {
      if (subject.kind !== 'ServiceAccount') subject.apiGroup ||= group;
      else if (!subject.namespace && object.kind === 'RoleBinding') {
        if (object.metadata.namespace)
          subject.namespace = object.metadata.namespace;
      }
    }
  },
  validate({ roleRef, subjects, kind }) {
    const errors: FieldError[] = [];
    const kinds =
      kind === 'RoleBinding' ? ['Role', 'ClusterRole'] : ['ClusterRole'];
    if (!kinds.includes(roleRef?.kind)) {
      errors.push(
        fieldError.notSupported(
          'roleRef.kind',
          roleRef?.kind ?? '',
          [...kinds].sort(),
        ),
      );
    }
    if (!roleRef?.name) errors.push(fieldError.required('roleRef.name'));
    for (const [index, subject] of (subjects ?? []).entries()) {
      if (!subject.name)
        errors.push(fieldError.required(`subjects[${index}].name`));
      if (
        kind !== 'RoleBinding' &&
        subject.kind === 'ServiceAccount' &&
        !subject.namespace
      ) {
        errors.push(fieldError.required(`subjects[${index}].namespace`));
      }
    }
    return errors;
  },
  validateUpdate(object: KubernetesObject, old: KubernetesObject) {
    if (isDeepStrictEqual(object.roleRef, old.roleRef)) return [];
    return [
      fieldError.invalid('roleRef', object.roleRef, 'cannot change roleRef'),
    ];
  },
};

export const rbacRules: Record<string, KindRules> = {
  [`${group}/v1 Role`]: role,
  [`${group}/v1 ClusterRole`]: role,
  [`${group}/v1 RoleBinding`]: binding,
  [`${group}/v1 ClusterRoleBinding`]: binding,
};
