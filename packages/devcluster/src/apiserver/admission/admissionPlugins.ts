import { admissionWebhooks } from '../webhooks/admissionWebhooks';
import type { AdmissionPlugin } from './AdmissionChain';
import { limitRanges } from './limitRanges';
import { namespaceLifecycle } from './namespaceLifecycle';
import { podPriority } from './podPriority';
import { podSecurity } from './podSecurity';
import { resourceQuotas } from './resourceQuotas';
import { roleEscalation } from './roleEscalation';
import { serviceAccounts } from './serviceAccounts';
import { serviceAddresses } from './serviceAddresses';

/** All plugins in the order of a real API server: the quota comes last, when nothing else can refuse. */
export function admissionPlugins(): AdmissionPlugin[] {
  return [
    namespaceLifecycle,
    limitRanges,
    serviceAccounts,
    podPriority,
    serviceAddresses,
    roleEscalation,
    admissionWebhooks,
    podSecurity,
    resourceQuotas,
  ];
}
