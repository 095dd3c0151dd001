import type { Deployment } from '@greenroom/controller-runtime';
import type { AgentPodPlan } from './AgentPodPlan';
import { agentPodTemplate } from './agentPodTemplate';
import { ownedMetadata, type Owner } from './ownedObject';
import { agentLabels, agentSelector } from './podMetadata';

/**
 * The Deployment of a live agent.
 *
 * @param replicas - 1, or 0 while the agent is suspended or on standby
 */
export function agentDeployment(
  plan: AgentPodPlan,
  owner: Owner,
  replicas: 0 | 1,
): Deployment {
  return {
    metadata: ownedMetadata(owner, {
      name: plan.name,
      namespace: plan.agent.namespace,
      labels: agentLabels(plan),
    }),
    spec: {
      replicas,
      revisionHistoryLimit: 2,
      // Never two pods at once: they would share a claim, and take each other's sessions.
      strategy: { type: 'Recreate' },
      selector: { matchLabels: agentSelector(plan) },
      template: agentPodTemplate(plan),
    },
  };
}
