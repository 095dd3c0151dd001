import type { KubernetesObject } from '../../store/KubernetesObject';
import { fieldError, type FieldError } from '../errors/FieldError';
import { objectNames } from '../handlers/objectNames';
import type { KindRules } from '../resources/ServedResource';

const serviceTypes = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

export const serviceRules: KindRules = {
  validateName: objectNames.label,
  applyDefaults(service) {
    const spec = (service.spec ??= {});
    spec.sessionAffinity ??= 'None';
    spec.type ??= 'ClusterIP';
    for (const port of spec.ports ?? []) {
      port.protocol ??= 'TCP';
      if (
        port.targetPort === undefined ||
        port.targetPort === 0 ||
        port.targetPort === ''
      ) {
        port.targetPort = port.port;
      }
    }
    if (spec.type !== 'ExternalName') {
      spec.ipFamilyPolicy ??= 'SingleStack';
      spec.ipFamilies ??= ['IPv4'];
      spec.internalTrafficPolicy ??= 'Cluster';
    }
    if (spec.type === 'NodePort' || spec.type === 'LoadBalancer') {
      spec.externalTrafficPolicy ??= 'Cluster';
    }
    service.status ??= {};
    service.status.loadBalancer ??= {};
  },
  prepareCreate(service) {
    service.status = { loadBalancer: {} };
  },
  // Whoever leaves the address out of an update means the same one.
  prepareUpdate({ spec }, old) {
    if (spec.type === 'ExternalName' || old.spec.type === 'ExternalName')
      return;
    if (!spec.clusterIP) spec.clusterIP = old.spec.clusterIP;
    if (!spec.clusterIPs?.length) spec.clusterIPs = old.spec.clusterIPs;
  },
  validate({ spec }) {
    const errors: FieldError[] = [];
    if (!serviceTypes.includes(spec.type)) {
      errors.push(
        fieldError.notSupported('spec.type', spec.type, serviceTypes),
      );
    }
    const isHeadless = spec.clusterIP === 'None';
    if (!spec.ports?.length && spec.type !== 'ExternalName' && !isHeadless) {
      errors.push(fieldError.required('spec.ports'));
    }
    const names = new Set<string>();
    for (const [index, port] of (spec.ports ?? []).entries()) {
      const at = `spec.ports[${index}]`;
      if (!(port.port >= 1 && port.port <= 65535)) {
        errors.push(
          fieldError.invalid(
            `${at}.port`,
            port.port ?? 0,
            'must be between 1 and 65535, inclusive',
          ),
        );
      }
      if (spec.ports.length > 1 && !port.name)
        errors.push(fieldError.required(`${at}.name`));
      if (port.name && names.has(port.name)) {
        errors.push(fieldError.duplicate(`${at}.name`, port.name));
      }
      names.add(port.name);
    }
    return errors;
  },
  validateUpdate: validateAddressUpdate,
};

function validateAddressUpdate(
  service: KubernetesObject,
  old: KubernetesObject,
): FieldError[] {
  const before = old.spec.clusterIP;
  const now = service.spec.clusterIP;
  const becomesExternal = service.spec.type === 'ExternalName';
  if (!before || before === now || becomesExternal) return [];
  return [
    fieldError.invalid(
      'spec.clusterIPs[0]',
      service.spec.clusterIPs ?? [now],
      'may not change once set',
    ),
  ];
}
