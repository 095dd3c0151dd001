import type { AgentPodPlan } from './AgentPodPlan';
import { volumeLimits } from './podResources';
import type { Volume, VolumeMount } from './PodTypes';

/** Name of an agent's claim for its workspace or its sessions. */
export function claimName(
  agentName: string,
  what: 'workspace' | 'sessions',
): string {
  return `${agentName}-${what}`;
}

/** The folder the agent works in: kept in a claim where the agent asks for it, else gone with the pod. */
export function workspaceVolume({ agent, purpose }: AgentPodPlan): Volume {
  const claim =
    purpose.kind === 'session'
      ? purpose.workspaceClaim
      : agent.persistence?.workspace && claimName(agent.name, 'workspace');
  return claim
    ? { name: 'workspace', persistentVolumeClaim: { claimName: claim } }
    : { name: 'workspace', emptyDir: { sizeLimit: volumeLimits.workspace } };
}

export function workspaceMount({ agent }: AgentPodPlan): VolumeMount {
  return { name: 'workspace', mountPath: agent.workspaceDir };
}
