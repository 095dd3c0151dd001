import { planContexts } from '@greenroom/context-tools';
import { Agent, resolveAgent } from '@greenroom/kinds';
import type { AgentPodPlan } from './AgentPodPlan';

// Builders of valid objects, for tests.

/** An Agent as the API server returns it. */
export function anAgent(
  spec: Record<string, unknown> = {},
  metadata: Record<string, unknown> = {},
): Agent {
  return {
    apiVersion: Agent.apiVersion,
    kind: 'Agent',
    metadata: {
      name: 'doctor',
      namespace: 'team',
      uid: 'agent-uid',
      generation: 1,
      ...metadata,
    },
    spec: Agent.spec.parse(spec),
  } as Agent;
}

/** The plan of a live agent's pod. */
export function aPodPlan(
  spec: Record<string, unknown> = {},
  over: Partial<AgentPodPlan> = {},
): AgentPodPlan {
  const agent = resolveAgent(anAgent(spec));
  return {
    name: agent.name,
    agent,
    platform: { operatorNamespace: 'greenroom-system', assignsUserIds: false },
    contexts: planContexts(
      agent.contexts.map(({ url: _, ...item }) => item),
      agent.workspaceDir,
    ),
    secrets: [],
    models: [],
    purpose: { kind: 'agent' },
    ...over,
  };
}
