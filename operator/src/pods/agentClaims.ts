import type { PersistentVolumeClaim } from '@greenroom/controller-runtime';
import type { AgentPodPlan } from './AgentPodPlan';
import { ownedMetadata, type Owner } from './ownedObject';
import { agentLabels } from './podMetadata';
import { claimName } from './workspaceVolume';

/** What persistence gets when the agent names no size. */
const defaultSize = { sessions: '1Gi', workspace: '10Gi' } as const;

/** The claims in which an agent keeps its sessions and its workspace while no pod runs. */
export function agentClaims(
  plan: AgentPodPlan,
  owner: Owner,
): PersistentVolumeClaim[] {
  const { agent } = plan;
  return (['sessions', 'workspace'] as const).flatMap(what => {
    const wanted = agent.persistence?.[what];
    if (!wanted) return [];
    return [
      persistentClaim(owner, {
        name: claimName(agent.name, what),
        namespace: agent.namespace,
        labels: agentLabels(plan),
        size: String(wanted.size ?? defaultSize[what]),
        storageClassName: wanted.storageClassName,
      }),
    ];
  });
}

/** One claim that a single node mounts at a time. */
export function persistentClaim(
  owner: Owner,
  claim: {
    name: string;
    namespace: string;
    labels: Record<string, string>;
    size: string;
    storageClassName?: string;
  },
): PersistentVolumeClaim {
  const { size, storageClassName, ...metadata } = claim;
  return {
    metadata: ownedMetadata(owner, metadata),
    spec: {
      accessModes: ['ReadWriteOnce'],
      ...(storageClassName === undefined ? {} : { storageClassName }),
      resources: { requests: { storage: size } },
    },
  };
}
