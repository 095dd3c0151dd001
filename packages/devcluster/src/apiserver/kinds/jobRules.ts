import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../../store/KubernetesObject';
import { fieldError, type FieldError } from '../errors/FieldError';
import type { KindRules } from '../resources/ServedResource';
import { applyPodSpecDefaults } from './podDefaults';
import { validatePodSpec } from './podValidation';

/** A Job's pods carry who made them; the labels without a domain are what old tools look for. */
function jobLabels({ metadata }: KubernetesObject): Record<string, string> {
  return {
    'batch.kubernetes.io/controller-uid': metadata.uid,
    'batch.kubernetes.io/job-name': metadata.name,
    'controller-uid': metadata.uid,
    'job-name': metadata.name,
  };
}

export const jobRules: KindRules = {
  hasGeneration: true,
  applyDefaults(job) {
    const spec = (job.spec ??= {});
    if (spec.completions === undefined && spec.parallelism === undefined) {
      spec.completions = 1;
      spec.parallelism = 1;
    }
    spec.parallelism ??= 1;
    spec.backoffLimit ??=
      spec.backoffLimitPerIndex === undefined ? 6 : 2147483647;
    spec.completionMode ??= 'NonIndexed';
    spec.suspend ??= false;
    spec.manualSelector ??= false;
    if (!spec.manualSelector) spec.manualSelector = false;
    spec.podReplacementPolicy ??= spec.podFailurePolicy
      ? 'Failed'
      : 'TerminatingOrFailed';
    spec.template ??= {};
    spec.template.metadata ??= {};
    spec.template.spec ??= {};
    applyPodSpecDefaults(spec.template.spec);
    job.status ??= {};
  },
  prepareCreate(job) {
    job.status = {};
    const { spec } = job;
    if (spec.manualSelector) return;
    const labels = jobLabels(job);
    const own = job.spec.template.metadata.labels;
    // A Job without labels of its own has those of its pods.
    if (!job.metadata.labels) job.metadata.labels = { ...own, ...labels };
    spec.template.metadata.labels = {
      ...spec.template.metadata.labels,
      ...labels,
    };
    spec.selector = {
      matchLabels: {
        'batch.kubernetes.io/controller-uid':
          labels['batch.kubernetes.io/controller-uid'],
      },
    };
  },
  validate({ spec }) {
    const errors = validatePodSpec(spec.template?.spec, 'spec.template.spec');
    const policy = spec.template?.spec?.restartPolicy;
    if (policy === 'Always') {
      errors.push(
        fieldError.required(
          'spec.template.spec.restartPolicy',
          'valid values: "OnFailure", "Never"',
        ),
      );
    }
    for (const field of [
      'parallelism',
      'completions',
      'backoffLimit',
      'activeDeadlineSeconds',
    ]) {
      if (spec[field] < 0) {
        errors.push(
          fieldError.invalid(
            `spec.${field}`,
            spec[field],
            'must be greater than or equal to 0',
          ),
        );
      }
    }
    return errors;
  },
  validateUpdate(job, old) {
    const errors: FieldError[] = [];
    for (const field of [
      'completions',
      'selector',
      'template',
      'completionMode',
      'podFailurePolicy',
      'backoffLimitPerIndex',
    ]) {
      if (field === 'template' && old.spec.suspend) continue;
      if (!isDeepStrictEqual(job.spec[field], old.spec[field])) {
        errors.push(
          fieldError.invalid(
            `spec.${field}`,
            job.spec[field],
            'field is immutable',
          ),
        );
      }
    }
    return errors;
  },
  selectableFields: {
    'status.successful': ({ status }) => String(status?.succeeded ?? 0),
  },
};
