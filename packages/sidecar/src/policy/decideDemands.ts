import type {
  ApprovalDemand,
  DecidingRule,
  PolicyDecision,
} from './PolicyDecision';
import { requestTarget, type PolicyRequest } from './PolicyRequest';

/** Something that people must agree to: a Policy's rule wants it, or the agent's own settings, which have no name. */
export type Demand = Omit<ApprovalDemand, keyof DecidingRule> &
  Partial<DecidingRule>;

/** As long as a Policy's rule waits by default. */
const OWN_TIMEOUT_MS = 3_600_000;

/**
 * Everything that people must agree to before a request is carried out, or the sentence that denies it: an agent's own setting may
 * ask more often than the Policies, and never less.
 *
 * @param approval the agent's own setting
 */
export function decideDemands(
  decision: Exclude<PolicyDecision, { act: 'Deny' }>,
  request: PolicyRequest,
  approval: 'Never' | 'Always' | 'Policy' = 'Policy',
): readonly Demand[] | string {
  if (decision.act === 'RequireApproval') {
    if (approval !== 'Never') return decision.demands;
    return `${decision.message} The agent's own setting says that nobody is asked for this tool, so it is denied. Set approval to Policy in the Agent's tools.`;
  }
  if (approval !== 'Always') return [];
  return [
    {
      message: `The agent's settings want a person to agree to each call of ${requestTarget(
        request,
      )}.`,
      quorum: 1,
      // The agent's own person is asked here; who must be another one is a Policy's matter.
      selfApproval: true,
      timeoutMs: OWN_TIMEOUT_MS,
      onTimeout: 'Deny',
      remember: 'None',
      digest: '',
    },
  ];
}

/** Whether a Policy's rule wants it. */
export function isOfPolicy(demand: Demand): demand is ApprovalDemand {
  return demand.policy !== undefined;
}

/** Equal for the same rule. */
export function demandKey({ policy = '', rule = '' }: Demand): string {
  return `${policy}/${rule}`;
}
