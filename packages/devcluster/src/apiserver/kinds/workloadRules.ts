import { isDeepStrictEqual } from 'node:util';
import type { Json, KubernetesObject } from '../../store/KubernetesObject';
import { fieldError, type FieldError } from '../errors/FieldError';
import type { KindRules } from '../resources/ServedResource';
import { labelSelectorOf } from '../selectors/LabelSelector';
import { jobRules } from './jobRules';
import { applyPodSpecDefaults } from './podDefaults';
import { validatePodSpec } from './podValidation';

/** The defaults of a pod template. */
export function applyTemplateDefaults(template: Json): void {
  template.metadata ??= {};
  template.spec ??= {};
  applyPodSpecDefaults(template.spec);
}

function validateSelector({ spec }: KubernetesObject): FieldError[] {
  const errors: FieldError[] = [];
  const { selector, template } = spec ?? {};
  if (!selector) return [fieldError.required('spec.selector')];
  const isEmpty =
    !Object.keys(selector.matchLabels ?? {}).length &&
    !selector.matchExpressions?.length;
  if (isEmpty) {
    errors.push(
      fieldError.invalid(
        'spec.selector',
        selector,
        'empty selector is invalid for deployment',
      ),
    );
  }
  if (!labelSelectorOf(selector)(template?.metadata?.labels)) {
    errors.push(
      fieldError.invalid(
        'spec.template.metadata.labels',
        template?.metadata?.labels,
        '`selector` does not match template `labels`',
      ),
    );
  }
  return errors;
}

function validateWorkload(object: KubernetesObject): FieldError[] {
  const { spec = {} } = object;
  const errors = validateSelector(object);
  if (spec.replicas < 0) {
    errors.push(
      fieldError.invalid(
        'spec.replicas',
        spec.replicas,
        'must be greater than or equal to 0',
      ),
    );
  }
  errors.push(...validatePodSpec(spec.template?.spec, 'spec.template.spec'));
  const policy = spec.template?.spec?.restartPolicy;
  if (policy && policy !== 'Always') {
    errors.push(
      fieldError.notSupported('spec.template.spec.restartPolicy', policy, [
        'Always',
      ]),
    );
  }
  return errors;
}

function validateSelectorUpdate(
  object: KubernetesObject,
  old: KubernetesObject,
): FieldError[] {
  if (isDeepStrictEqual(object.spec.selector, old.spec.selector)) return [];
  return [
    fieldError.invalid(
      'spec.selector',
      object.spec.selector,
      'field is immutable',
    ),
  ];
}

function workload(applyDefaults: (spec: Json) => void): KindRules {
  return {
    hasGeneration: true,
    applyDefaults(object) {
      object.spec ??= {};
      object.spec.template ??= {};
      applyTemplateDefaults(object.spec.template);
      applyDefaults(object.spec);
      object.status ??= {};
    },
    prepareCreate(object) {
      object.status = {};
    },
    validate: validateWorkload,
    validateUpdate: validateSelectorUpdate,
  };
}

const replicaSet: KindRules = {
  ...workload(spec => {
    spec.replicas ??= 1;
  }),
  prepareCreate(object) {
    object.status = { replicas: 0 };
  },
  selectableFields: {
    'status.replicas': ({ status }) => String(status?.replicas ?? 0),
  },
};

export const workloadRules: Record<string, KindRules> = {
  'apps/v1 Deployment': workload(spec => {
    spec.replicas ??= 1;
    spec.strategy ??= {};
    spec.strategy.type ??= 'RollingUpdate';
    if (spec.strategy.type === 'RollingUpdate') {
      spec.strategy.rollingUpdate ??= {};
      spec.strategy.rollingUpdate.maxUnavailable ??= '25%';
      spec.strategy.rollingUpdate.maxSurge ??= '25%';
    }
    spec.revisionHistoryLimit ??= 10;
    spec.progressDeadlineSeconds ??= 600;
  }),
  'apps/v1 ReplicaSet': replicaSet,
  'apps/v1 DaemonSet': workload(spec => {
    spec.updateStrategy ??= {
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: 1, maxSurge: 0 },
    };
    spec.revisionHistoryLimit ??= 10;
  }),
  'apps/v1 StatefulSet': workload(spec => {
    spec.podManagementPolicy ??= 'OrderedReady';
    spec.updateStrategy ??= {
      type: 'RollingUpdate',
      rollingUpdate: { partition: 0 },
    };
    spec.replicas ??= 1;
    spec.revisionHistoryLimit ??= 10;
    spec.persistentVolumeClaimRetentionPolicy ??= {
      whenDeleted: 'Retain',
      whenScaled: 'Retain',
    };
  }),
  'batch/v1 Job': jobRules,
  'batch/v1 CronJob': {
    hasGeneration: true,
    applyDefaults({ spec = {} }) {
      spec.concurrencyPolicy ??= 'Allow';
      spec.suspend ??= false;
      spec.successfulJobsHistoryLimit ??= 3;
      spec.failedJobsHistoryLimit ??= 1;
    },
  },
};
