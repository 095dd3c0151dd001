import type { Job } from '@greenroom/controller-runtime';
import type { AgentPodPlan } from './AgentPodPlan';
import { agentPodTemplate } from './agentPodTemplate';
import { ownedMetadata, type Owner } from './ownedObject';
import { agentLabels } from './podMetadata';

/** How long a finished pod and its logs stay, unless GreenroomConfig or the owner's deletion removes them before. */
const ttlSecondsAfterFinished = 3600;

/** The Job that runs one session to its end, from the same pod as a live agent's. Never tried again: it may have acted. */
export function sessionJob(plan: AgentPodPlan, owner: Owner): Job {
  const { purpose } = plan;
  const deadlineMs =
    purpose.kind === 'session' ? purpose.activeDeadlineMs : undefined;
  return {
    metadata: ownedMetadata(owner, {
      name: plan.name,
      namespace: plan.agent.namespace,
      labels: agentLabels(plan),
    }),
    spec: {
      backoffLimit: 0,
      completions: 1,
      parallelism: 1,
      ttlSecondsAfterFinished,
      ...(deadlineMs === undefined
        ? {}
        : { activeDeadlineSeconds: Math.ceil(deadlineMs / 1000) }),
      template: agentPodTemplate(plan),
    },
  };
}
