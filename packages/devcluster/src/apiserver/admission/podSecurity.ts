import type { Json } from '../../store/KubernetesObject';
import { forbidden } from '../errors/ApiError';
import type { AdmissionPlugin, AdmissionRequest } from './AdmissionChain';
import {
  podSecurityViolations,
  type PodSecurityLevel,
} from './podSecurityViolations';

const label = 'pod-security.kubernetes.io';

/** Enforces the Pod Security Standard that a namespace's labels name, and warns of the one they warn of. */
export const podSecurity: AdmissionPlugin = {
  validate(request) {
    const spec = podSpecOf(request);
    if (!spec) return;
    const { machinery, namespace, name, resource, warn } = request;
    const labels =
      machinery.store.get('/namespaces', undefined, namespace!)?.metadata
        .labels ?? {};
    const level = (mode: string) =>
      (labels[`${label}/${mode}`] ?? 'privileged') as PodSecurityLevel;
    const version = (mode: string) =>
      labels[`${label}/${mode}-version`] ?? 'latest';
    if (resource.collection === '/pods') {
      const violations = podSecurityViolations(level('enforce'), spec);
      if (violations.length) {
        throw forbidden(
          { group: '', resource: 'pods' },
          name,
          `violates PodSecurity "${level('enforce')}:${version(
            'enforce',
          )}": ${violations.join(', ')}`,
        );
      }
    }
    const warned = podSecurityViolations(level('warn'), spec);
    if (warned.length) {
      warn(
        `would violate PodSecurity "${level('warn')}:${version(
          'warn',
        )}": ${warned.join(', ')}`,
      );
    }
  },
};

function podSpecOf({
  resource,
  operation,
  subresource,
  object,
  namespace,
}: AdmissionRequest): Json {
  if (subresource || !object || namespace === undefined) return undefined;
  if (operation !== 'CREATE' && operation !== 'UPDATE') return undefined;
  if (resource.collection === '/pods') return object.spec;
  const isBuiltIn = ['apps', 'batch', ''].includes(resource.group);
  return isBuiltIn ? object.spec?.template?.spec : undefined;
}
