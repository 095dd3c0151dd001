import type { LabelSelector, Policy, ResolvedAgent } from '@greenroom/kinds';
import type { AgentSettings } from '@greenroom/protocol';
import { digestOf } from '../objects/digestOf';

/** The Policies that hold for an agent, in the order of their names. */
export function effectivePolicies(
  policies: readonly Policy[],
  agent: ResolvedAgent,
): AgentSettings['policies'] {
  return policies
    .filter(
      ({ metadata, spec }) =>
        metadata.namespace === agent.namespace &&
        selects(spec.selector, agent.labels),
    )
    .map(policy => ({
      name: policy.metadata.name,
      digest: policyDigest(policy),
      rules: policy.spec.rules,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Changes exactly when the rules do. */
export function policyDigest({ spec }: Pick<Policy, 'spec'>): string {
  return `sha256:${digestOf(spec.rules)}`;
}

/** Digest of all Policies in force, which a session's chain is bound to. */
export function policiesDigest(policies: AgentSettings['policies']): string {
  return `sha256:${digestOf(
    policies.map(({ name, digest }) => [name, digest]),
  )}`;
}

/** Whether labels meet a selector, as in Kubernetes; no selector selects everything. */
export function selects(
  selector: LabelSelector | undefined,
  labels: Record<string, string>,
): boolean {
  const equal = Object.entries(selector?.matchLabels ?? {}).every(
    ([key, value]) => labels[key] === value,
  );
  return (
    equal &&
    (selector?.matchExpressions ?? []).every(
      ({ key, operator, values = [] }) => {
        switch (operator) {
          case 'In':
            return labels[key] !== undefined && values.includes(labels[key]);
          case 'NotIn':
            return labels[key] === undefined || !values.includes(labels[key]);
          case 'Exists':
            return labels[key] !== undefined;
          case 'DoesNotExist':
            return labels[key] === undefined;
          default:
            // An operator nobody knows selects: a rule too many is safer than one too few.
            return true;
        }
      },
    )
  );
}
