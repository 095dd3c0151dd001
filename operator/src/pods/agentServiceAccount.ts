import type {
  Role,
  RoleBinding,
  ServiceAccount,
} from '@greenroom/controller-runtime';
import type { AgentPodPlan } from './AgentPodPlan';
import { ownedMetadata, type Owner } from './ownedObject';
import { agentLabels } from './podMetadata';

/** The pod's own account: it says who the pod is, and may do nothing. */
export function agentServiceAccount(
  plan: AgentPodPlan,
  owner: Owner,
): ServiceAccount {
  return {
    metadata: metadata(plan, owner),
    automountServiceAccountToken: false,
  };
}

/** The rights in its namespace that an agent's manifest gives to its own account. */
export function agentRole(plan: AgentPodPlan, owner: Owner): Role {
  return {
    metadata: metadata(plan, owner),
    rules: plan.agent.rbac?.rules as Role['rules'],
  };
}

export function agentRoleBinding(
  plan: AgentPodPlan,
  owner: Owner,
): RoleBinding {
  const { agent, name } = plan;
  return {
    metadata: metadata(plan, owner),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [
      {
        kind: 'ServiceAccount',
        name: agent.serviceAccountName ?? name,
        namespace: agent.namespace,
      },
    ],
  };
}

function metadata(plan: AgentPodPlan, owner: Owner) {
  return ownedMetadata(owner, {
    name: plan.name,
    namespace: plan.agent.namespace,
    labels: agentLabels(plan),
  });
}
