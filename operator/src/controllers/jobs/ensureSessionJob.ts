import {
  ConfigMap,
  Job,
  NetworkPolicy,
  Role,
  RoleBinding,
  ServiceAccount,
} from '@greenroom/controller-runtime';
import type { AgentPodPlan } from '../../pods/AgentPodPlan';
import { agentNetworkPolicy } from '../../pods/agentNetworkPolicy';
import {
  agentRole,
  agentRoleBinding,
  agentServiceAccount,
} from '../../pods/agentServiceAccount';
import { contextsConfigMap } from '../../pods/contextsConfigMap';
import type { Owner } from '../../pods/ownedObject';
import { agentLabels } from '../../pods/podMetadata';
import { hasContexts } from '../../pods/podVolumes';
import { sessionJob } from '../../pods/sessionJob';
import type { ControllerServices } from '../ControllerServices';

/** Makes the Job of one session and what its pod needs. A Job is never changed: what it was made from may change after it. */
export async function ensureSessionJob(
  { objects }: Pick<ControllerServices, 'objects'>,
  plan: AgentPodPlan,
  owner: Owner,
): Promise<void> {
  const { agent } = plan;
  if (objects.get(Job, { namespace: agent.namespace, name: plan.name })) return;
  if (hasContexts(plan))
    await objects.ensure(
      ConfigMap,
      contextsConfigMap(plan, owner, agentLabels(plan)),
    );
  if (agent.rbac.rules.length > 0) {
    if (!agent.serviceAccountName)
      await objects.ensure(ServiceAccount, agentServiceAccount(plan, owner));
    await objects.ensure(Role, agentRole(plan, owner));
    await objects.ensure(RoleBinding, agentRoleBinding(plan, owner));
  }
  await objects.ensure(NetworkPolicy, agentNetworkPolicy(plan, owner));
  await objects.ensure(Job, sessionJob(plan, owner));
}
