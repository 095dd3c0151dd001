import type { Service } from '@greenroom/controller-runtime';
import type { ResolvedAgent } from '@greenroom/kinds';
import type { AgentPodPlan } from './AgentPodPlan';
import { ownedMetadata, type Owner } from './ownedObject';
import { agentLabels, agentSelector } from './podMetadata';

/** The Service under which an agent's ports are found. */
export function agentService(plan: AgentPodPlan, owner: Owner): Service {
  const { agent } = plan;
  return {
    metadata: ownedMetadata(owner, {
      name: plan.name,
      namespace: agent.namespace,
      labels: agentLabels(plan),
    }),
    spec: {
      type: 'ClusterIP',
      selector: agentSelector(plan),
      ports: [
        {
          name: 'http',
          port: agent.port,
          targetPort: agent.port,
          protocol: 'TCP',
        },
        ...agent.extraPorts.map(({ name, port, targetPort, protocol }) => ({
          name,
          port,
          targetPort: targetPort ?? port,
          protocol,
        })),
      ],
    },
  };
}

/** Where the agent's own port is found inside the cluster. */
export function agentUrl({
  name,
  namespace,
  port,
  clusterDomain,
}: ResolvedAgent): string {
  return `http://${name}.${namespace}.svc.${clusterDomain}:${port}`;
}
