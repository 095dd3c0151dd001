import {
  ConfigMap,
  Deployment,
  NetworkPolicy,
  PersistentVolumeClaim,
  Role,
  RoleBinding,
  Service,
  ServiceAccount,
} from '@greenroom/controller-runtime';
import type { Agent } from '@greenroom/kinds';
import type { Assembly } from '../../assembly/AgentAssembler';
import { agentClaims } from '../../pods/agentClaims';
import { agentDeployment } from '../../pods/agentDeployment';
import { agentNetworkPolicy } from '../../pods/agentNetworkPolicy';
import { agentService } from '../../pods/agentService';
import {
  agentRole,
  agentRoleBinding,
  agentServiceAccount,
} from '../../pods/agentServiceAccount';
import { contextsConfigMap } from '../../pods/contextsConfigMap';
import { agentLabels } from '../../pods/podMetadata';
import { hasContexts } from '../../pods/podVolumes';
import type { ControllerServices } from '../ControllerServices';

/** Makes what a live agent consists of: first what its pod needs, then the pod's Deployment. */
export async function ensureAgentObjects(
  { assembler, objects }: ControllerServices,
  owner: Agent,
  assembly: Assembly,
  replicas: 0 | 1,
  commits: Readonly<Record<string, string>>,
): Promise<void> {
  const { agent } = assembly;
  const plan = {
    ...assembler.podPlan(assembly, agent.name, { kind: 'agent' }),
    commits,
  };
  const key = { namespace: agent.namespace, name: agent.name };
  const { uid } = owner.metadata;

  // Names are claimed by the Service first: a conflict is found before anything else is made.
  await objects.ensure(Service, agentService(plan, owner));
  if (agent.serviceAccountName) await objects.remove(ServiceAccount, key, uid);
  else await objects.ensure(ServiceAccount, agentServiceAccount(plan, owner));
  if (agent.rbac.rules.length > 0) {
    await objects.ensure(Role, agentRole(plan, owner));
    await objects.ensure(RoleBinding, agentRoleBinding(plan, owner));
  } else {
    await objects.remove(RoleBinding, key, uid);
    await objects.remove(Role, key, uid);
  }
  for (const claim of agentClaims(plan, owner))
    await objects.ensure(PersistentVolumeClaim, claim);
  if (hasContexts(plan))
    await objects.ensure(
      ConfigMap,
      contextsConfigMap(plan, owner, agentLabels(plan)),
    );
  await objects.ensure(NetworkPolicy, agentNetworkPolicy(plan, owner));
  await objects.ensure(Deployment, agentDeployment(plan, owner, replicas));
  if (!hasContexts(plan)) await objects.remove(ConfigMap, key, uid);
}
