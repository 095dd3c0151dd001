import type { Json } from '../../store/KubernetesObject';
import { fieldError } from '../errors/FieldError';
import { definitionRules } from '../definitions/definitionRules';
import type { KindRules } from '../resources/ServedResource';

function webhookDefaults({ webhooks = [] }: Json): void {
  for (const webhook of webhooks) {
    webhook.failurePolicy ??= 'Fail';
    webhook.matchPolicy ??= 'Equivalent';
    webhook.namespaceSelector ??= {};
    webhook.objectSelector ??= {};
    webhook.timeoutSeconds ??= 10;
    for (const rule of webhook.rules ?? []) rule.scope ??= '*';
    if (webhook.clientConfig?.service)
      webhook.clientConfig.service.port ??= 443;
  }
}

const webhookRules = (isMutating: boolean): KindRules => ({
  hasGeneration: false,
  applyDefaults(object) {
    webhookDefaults(object);
    if (!isMutating) return;
    for (const webhook of object.webhooks ?? [])
      webhook.reinvocationPolicy ??= 'Never';
  },
  prepareCreate(object) {
    object.metadata.generation = 1;
  },
  validate({ webhooks = [] }) {
    return webhooks.flatMap((webhook: Json, index: number) => {
      const at = `webhooks[${index}]`;
      const errors = [];
      if ((webhook.name ?? '').split('.').length < 3) {
        errors.push(
          fieldError.invalid(
            `${at}.name`,
            webhook.name,
            'should be a domain with at least three segments separated by dots',
          ),
        );
      }
      if (!['None', 'NoneOnDryRun'].includes(webhook.sideEffects)) {
        errors.push(
          webhook.sideEffects
            ? fieldError.notSupported(
                `${at}.sideEffects`,
                webhook.sideEffects,
                ['None', 'NoneOnDryRun'],
              )
            : fieldError.required(
                `${at}.sideEffects`,
                'must specify one of None, NoneOnDryRun',
              ),
        );
      }
      if (!webhook.admissionReviewVersions?.length) {
        errors.push(
          fieldError.required(
            `${at}.admissionReviewVersions`,
            'must specify one of v1, v1beta1',
          ),
        );
      }
      const { url, service } = webhook.clientConfig ?? {};
      if (Boolean(url) === Boolean(service)) {
        errors.push(
          fieldError.required(
            `${at}.clientConfig`,
            'exactly one of url or service is required',
          ),
        );
      }
      if (url && !url.startsWith('https://')) {
        errors.push(
          fieldError.invalid(
            `${at}.clientConfig.url`,
            url.split(':')[0],
            "'https' is the only allowed URL scheme; desired format: https://host[/path]",
          ),
        );
      }
      if (webhook.timeoutSeconds < 1 || webhook.timeoutSeconds > 30) {
        errors.push(
          fieldError.invalid(
            `${at}.timeoutSeconds`,
            webhook.timeoutSeconds,
            'the timeout value must be between 1 and 30 seconds',
          ),
        );
      }
      return errors;
    });
  },
});

export const extensionRules: Record<string, KindRules> = {
  'admissionregistration.k8s.io/v1 MutatingWebhookConfiguration':
    webhookRules(true),
  'admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration':
    webhookRules(false),
  'apiextensions.k8s.io/v1 CustomResourceDefinition': definitionRules,
  'coordination.k8s.io/v1 Lease': {
    createsOnUpdate: true,
    validate({ spec = {} }) {
      const errors = [];
      for (const field of ['leaseDurationSeconds', 'leaseTransitions']) {
        if (spec[field] < (field === 'leaseTransitions' ? 0 : 1)) {
          errors.push(
            fieldError.invalid(
              `spec.${field}`,
              spec[field],
              field === 'leaseTransitions'
                ? 'must be greater than or equal to 0'
                : 'must be greater than 0',
            ),
          );
        }
      }
      return errors;
    },
  },
  'networking.k8s.io/v1 NetworkPolicy': {
    hasGeneration: true,
    applyDefaults({ spec = {} }) {
      for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) {
        for (const port of rule.ports ?? []) port.protocol ??= 'TCP';
      }
      if (!spec.policyTypes?.length) {
        spec.policyTypes = spec.egress ? ['Ingress', 'Egress'] : ['Ingress'];
      }
    },
  },
  'networking.k8s.io/v1 Ingress': {
    hasGeneration: true,
    applyDefaults(object) {
      object.status ??= { loadBalancer: {} };
    },
  },
  'policy/v1 PodDisruptionBudget': { hasGeneration: true },
  'scheduling.k8s.io/v1 PriorityClass': {
    applyDefaults(object) {
      object.preemptionPolicy ??= 'PreemptLowerPriority';
    },
    prepareCreate(object) {
      object.metadata.generation = 1;
    },
  },
  'storage.k8s.io/v1 StorageClass': {
    applyDefaults(object) {
      object.reclaimPolicy ??= 'Delete';
      object.volumeBindingMode ??= 'Immediate';
    },
  },
};
