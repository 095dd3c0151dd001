import type { AdmissionPlugin } from './AdmissionChain';
import { namespaceLifecycle } from './namespaceLifecycle';
import { serviceAddresses } from './serviceAddresses';

/** All plugins in the order of a real API server. */
export function admissionPlugins(): AdmissionPlugin[] {
  return [namespaceLifecycle, serviceAddresses];
}
