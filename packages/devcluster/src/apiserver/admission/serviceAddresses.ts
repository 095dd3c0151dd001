import { fieldError, invalid } from '../errors/FieldError';
import type { AdmissionPlugin } from './AdmissionChain';

/** Gives each Service that wants one its cluster address. */
export const serviceAddresses: AdmissionPlugin = {
  mutate({ machinery, operation, resource, object, old, subresource }) {
    if (resource.collection !== '/services' || !object || subresource) return;
    if (operation !== 'CREATE' && operation !== 'UPDATE') return;
    const { spec, metadata } = object;
    if (spec.type === 'ExternalName' || spec.clusterIP === 'None') {
      if (spec.clusterIP === 'None') spec.clusterIPs = ['None'];
      return;
    }
    const { addresses } = machinery;
    if (!spec.clusterIP) {
      spec.clusterIP = addresses.allocate();
    } else if (!old) {
      const refuse = (why: string) =>
        invalid({ group: '', kind: 'Service' }, metadata.name, [
          fieldError.invalid('spec.clusterIPs', [spec.clusterIP], why),
        ]);
      if (!addresses.isInRange(spec.clusterIP)) {
        throw refuse(
          'failed to allocate IP ' +
            `${spec.clusterIP}: the provided IP (${spec.clusterIP}) is not in the valid range. The range of valid IPs is 127.96.0.0/11`,
        );
      }
      if (addresses.isTaken(spec.clusterIP)) {
        throw refuse(
          `failed to allocate IP ${spec.clusterIP}: provided IP is already allocated`,
        );
      }
    }
    spec.clusterIPs = [spec.clusterIP];
  },
};
