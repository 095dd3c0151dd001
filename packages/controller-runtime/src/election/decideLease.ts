import type { Lease } from '../objects/builtInTypes';

export type LeaseDecision =
  | { act: 'take'; transitions: number }
  | { act: 'wait' };

/**
 * Whether a candidate may take a lease: it is nobody's, its own from before a restart, or its holder was silent for the whole lease.
 *
 * @param silentMs - since this candidate saw the lease change; clocks of others are not trusted.
 */
export function decideLease(
  lease: Lease['spec'] | undefined,
  candidate: { identity: string; silentMs: number },
): LeaseDecision {
  const transitions = lease?.leaseTransitions ?? 0;
  if (!lease) return { act: 'take', transitions };
  if (lease.holderIdentity === candidate.identity) {
    return { act: 'take', transitions };
  }
  const leaseMs = (lease.leaseDurationSeconds ?? 0) * 1000;
  if (!lease.holderIdentity || candidate.silentMs > leaseMs) {
    return { act: 'take', transitions: transitions + 1 };
  }
  return { act: 'wait' };
}
