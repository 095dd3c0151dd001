import type { ConfigMap } from '@greenroom/controller-runtime';
import type { AgentPodPlan } from './AgentPodPlan';
import { ownedMetadata, type Owner } from './ownedObject';

/** Key of the agent's ConfigMap with the plan of its contexts. */
export const contextsKey = 'contexts.json';

/** Most bytes that a ConfigMap takes, with room for its metadata; the API server's limit is 1 MiB. */
export const largestContexts = 1_000_000;

/** The plan as the init containers read it. */
export function contextsJson(plan: AgentPodPlan): string {
  return JSON.stringify(plan.contexts);
}

/** The ConfigMap that carries the plan of contexts to the pod. */
export function contextsConfigMap(
  plan: AgentPodPlan,
  owner: Owner,
  labels: Record<string, string>,
): ConfigMap {
  return {
    metadata: ownedMetadata(owner, {
      name: plan.name,
      namespace: plan.agent.namespace,
      labels,
    }),
    data: { [contextsKey]: contextsJson(plan) },
  };
}
