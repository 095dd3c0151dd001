import type { PlannedCheckout } from '@greenroom/context-tools';
import type { AgentPodPlan } from './AgentPodPlan';
import { contextContainer } from './contextInit';
import type { Container } from './PodTypes';
import { sidecarPorts } from './sidecar';

/** Clones the repository with this number in the plan of contexts. */
export function gitInit(
  plan: AgentPodPlan,
): (checkout: PlannedCheckout, index: number) => Container {
  return (checkout, index) =>
    contextContainer(plan, {
      name: `git-init-${index}`,
      args: ['git-init', String(index)],
      settings: plan.agent.podSpec.systemContainers?.gitInit,
      secrets: checkout.secret ? [checkout.secret] : [],
    });
}

/** Follows a repository beside the running agent; only for pods that live as long as the agent. */
export function gitSync(plan: AgentPodPlan): Container[] {
  if (plan.purpose.kind !== 'agent') return [];
  return plan.contexts.checkouts.flatMap((checkout, index) =>
    checkout.sync?.policy === 'HotReload'
      ? [
          contextContainer(plan, {
            name: `git-sync-${index}`,
            args: ['git-sync', String(index)],
            settings: plan.agent.podSpec.systemContainers?.gitSync,
            secrets: checkout.secret ? [checkout.secret] : [],
            env: [
              {
                name: 'GREENROOM_URL',
                value: `http://127.0.0.1:${sidecarPorts.agent}`,
              },
            ],
          }),
        ]
      : [],
  );
}
