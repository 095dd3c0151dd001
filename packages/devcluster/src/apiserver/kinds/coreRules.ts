import { isDeepStrictEqual } from 'node:util';
import type { Json, KubernetesObject } from '../../store/KubernetesObject';
import { fieldError, type FieldError } from '../errors/FieldError';
import { objectNames } from '../handlers/objectNames';
import type { KindRules } from '../resources/ServedResource';
import { serviceRules } from './serviceRules';

/** Secrets and ConfigMaps together hold at most this. Source: core validation, MaxSecretSize. */
const maximumDataBytes = 1024 * 1024;

function validateKeys(data: Json, field: string): FieldError[] {
  return Object.keys(data ?? {})
    .filter(
      key =>
        !/^[-._a-zA-Z0-9]+$/.test(key) || key === '.' || key.startsWith('..'),
    )
    .map(key =>
      fieldError.invalid(
        `${field}[${key}]`,
        key,
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
      ),
    );
}

function tooLarge(object: KubernetesObject, field: string): FieldError[] {
  const bytes = (values: Json) =>
    Object.values(values ?? {}).reduce(
      (sum: number, each) => sum + String(each).length,
      0,
    );
  return bytes(object.data) + bytes(object.binaryData) > maximumDataBytes
    ? [fieldError.tooLong(field, maximumDataBytes)]
    : [];
}

function validateImmutable(
  object: KubernetesObject,
  old: KubernetesObject,
): FieldError[] {
  if (!old.immutable) return [];
  const message = 'field is immutable when `immutable` is set';
  const errors: FieldError[] = [];
  if (!object.immutable)
    errors.push(fieldError.forbidden('immutable', message));
  for (const field of ['data', 'binaryData']) {
    if (!isDeepStrictEqual(object[field], old[field]))
      errors.push(fieldError.forbidden(field, message));
  }
  return errors;
}

/** Keys that a type of Secret must have. */
const requiredKeys: Record<string, string[]> = {
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

const secret: KindRules = {
  applyDefaults(object) {
    object.type ??= 'Opaque';
    if (!object.stringData) return;
    object.data = { ...object.data };
    for (const [key, value] of Object.entries(object.stringData)) {
      object.data[key] = Buffer.from(String(value)).toString('base64');
    }
    delete object.stringData;
  },
  validate: object => [
    ...validateKeys(object.data, 'data'),
    ...tooLarge(object, 'data'),
    ...(requiredKeys[object.type] ?? [])
      .filter(key => object.data?.[key] === undefined)
      .map(key => fieldError.required(`data[${key}]`)),
  ],
  validateUpdate: (object, old) => [
    ...(object.type === old.type
      ? []
      : [fieldError.invalid('type', object.type, 'field is immutable')]),
    ...validateImmutable(object, old),
  ],
  selectableFields: { type: ({ type }) => type ?? '' },
};

const configMap: KindRules = {
  validate(object) {
    const both = Object.keys(object.data ?? {}).filter(
      key => key in (object.binaryData ?? {}),
    );
    return [
      ...validateKeys(object.data, 'data'),
      ...validateKeys(object.binaryData, 'binaryData'),
      ...both.map(key =>
        fieldError.invalid(
          `data[${key}]`,
          key,
          'duplicate of key present in binaryData',
        ),
      ),
      ...tooLarge(object, ''),
    ];
  },
  validateUpdate: validateImmutable,
};

const namespaceRules: KindRules = {
  validateName: objectNames.label,
  applyDefaults(object) {
    object.spec ??= {};
    object.status ??= {};
    if (object.metadata.name) {
      object.metadata.labels = {
        ...object.metadata.labels,
        'kubernetes.io/metadata.name': object.metadata.name,
      };
    }
  },
  prepareCreate(object) {
    object.spec.finalizers = ['kubernetes'];
    object.status = { phase: 'Active' };
  },
  prepareUpdate(object, old) {
    object.spec.finalizers = old.spec?.finalizers;
    if (!object.spec.finalizers) delete object.spec.finalizers;
  },
  selectableFields: { 'status.phase': ({ status }) => status?.phase ?? '' },
};

const persistentVolumeClaim: KindRules = {
  applyDefaults(object) {
    object.spec ??= {};
    object.spec.volumeMode ??= 'Filesystem';
    object.status ??= {};
    object.status.phase ??= 'Pending';
  },
  prepareCreate(object) {
    object.status = { phase: 'Pending' };
  },
  validate({ spec }) {
    const errors: FieldError[] = [];
    if (!spec.accessModes?.length) {
      errors.push(
        fieldError.required(
          'spec.accessModes',
          'at least 1 access mode is required',
        ),
      );
    }
    if (!spec.resources?.requests?.storage) {
      errors.push(fieldError.required('spec.resources[storage]'));
    }
    return errors;
  },
  validateUpdate(object, old) {
    const comparable = ({ spec }: KubernetesObject) => ({
      ...spec,
      resources: undefined,
      volumeName: undefined,
      storageClassName: undefined,
    });
    if (isDeepStrictEqual(comparable(object), comparable(old))) return [];
    return [
      fieldError.forbidden(
        'spec',
        'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
      ),
    ];
  },
};

const selectsUnschedulable = ({ spec }: KubernetesObject) =>
  String(Boolean(spec?.unschedulable));

const eventFields: KindRules['selectableFields'] = {
  'involvedObject.kind': each => each.involvedObject?.kind ?? '',
  'involvedObject.namespace': each => each.involvedObject?.namespace ?? '',
  'involvedObject.name': each => each.involvedObject?.name ?? '',
  'involvedObject.uid': each => each.involvedObject?.uid ?? '',
  'involvedObject.apiVersion': each => each.involvedObject?.apiVersion ?? '',
  'involvedObject.resourceVersion': each =>
    each.involvedObject?.resourceVersion ?? '',
  'involvedObject.fieldPath': each => each.involvedObject?.fieldPath ?? '',
  reason: each => each.reason ?? '',
  reportingComponent: each => each.reportingComponent ?? '',
  source: each => each.source?.component ?? each.reportingComponent ?? '',
  type: each => each.type ?? '',
};

export const coreRules: Record<string, KindRules> = {
  'v1 Secret': secret,
  'v1 ConfigMap': configMap,
  'v1 Namespace': namespaceRules,
  'v1 PersistentVolumeClaim': persistentVolumeClaim,
  'v1 PersistentVolume': {
    applyDefaults(object) {
      object.spec ??= {};
      object.spec.persistentVolumeReclaimPolicy ??= 'Retain';
      object.spec.volumeMode ??= 'Filesystem';
      object.status ??= {};
      object.status.phase ??= 'Pending';
    },
  },
  'v1 Service': serviceRules,
  'v1 Endpoints': {
    createsOnUpdate: true,
    applyDefaults({ subsets = [] }) {
      for (const { ports = [] } of subsets)
        for (const port of ports) port.protocol ??= 'TCP';
    },
  },
  'v1 Event': {
    createsOnUpdate: true,
    selectableFields: eventFields,
    validate({ involvedObject, metadata }) {
      const expected = involvedObject?.namespace || 'default';
      return expected === metadata.namespace
        ? []
        : [
            fieldError.invalid(
              'involvedObject.namespace',
              involvedObject?.namespace ?? '',
              'does not match event.namespace',
            ),
          ];
    },
  },
  'v1 Node': {
    applyDefaults(object) {
      object.spec ??= {};
      object.status ??= {};
    },
    selectableFields: { 'spec.unschedulable': selectsUnschedulable },
  },
  'v1 ResourceQuota': {
    applyDefaults(object) {
      object.spec ??= {};
      object.status ??= {};
    },
    prepareCreate(object) {
      object.status = {};
    },
  },
  'v1 LimitRange': {
    applyDefaults({ spec = {} }) {
      for (const limit of spec.limits ?? []) {
        if (limit.type !== 'Container') continue;
        const { default: limits, max, min } = limit;
        if (limits || max) limit.default = { ...max, ...limits };
        const requests = { ...min, ...limit.default, ...limit.defaultRequest };
        if (Object.keys(requests).length) limit.defaultRequest = requests;
      }
    },
  },
  'v1 ServiceAccount': {},
  'events.k8s.io/v1 Event': {
    createsOnUpdate: true,
    selectableFields: {
      reason: each => each.reason ?? '',
      type: each => each.type ?? '',
      'regarding.kind': each => each.regarding?.kind ?? '',
      'regarding.name': each => each.regarding?.name ?? '',
      'regarding.namespace': each => each.regarding?.namespace ?? '',
      'regarding.uid': each => each.regarding?.uid ?? '',
    },
  },
};
