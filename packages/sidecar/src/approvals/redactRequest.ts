import { toCanonicalValue, type JsonObject } from '@greenroom/protocol';
import type { SecretStore } from '../redaction/SecretStore';
import type { ApprovalRequest } from './Approvals';

/**
 * A request as it may be shown to people and written into a cluster object.
 *
 * @throws when it cannot be made safe
 */
export async function redactRequest(
  request: ApprovalRequest,
  secrets: SecretStore,
): Promise<ApprovalRequest> {
  const redacted = await secrets.redactEvent({
    type: 'approval.requested',
    payload: toCanonicalValue(request) as JsonObject,
  });
  if ('withheld' in redacted) throw new Error(redacted.withheld.message);
  return redacted.kept as unknown as ApprovalRequest;
}
