import { agentContainer } from './agentContainer';
import type { AgentPodPlan } from './AgentPodPlan';
import { contextInit } from './contextInit';
import { gitInit, gitSync } from './gitContainers';
import { podMetadata } from './podMetadata';
import type { PodSpec, PodTemplate } from './PodTypes';
import { podVolumes } from './podVolumes';
import { restrictedPod } from './restricted';
import { runtimeInit } from './runtimeInit';
import { sidecar } from './sidecar';

/**
 * How long a pod has to end: the runtime aborts its work at once, the sidecar then hands over what it has not sent yet.
 * Kubernetes' own default, long enough for a slow network and short enough for a drain.
 */
const gracePeriodSeconds = 30;

/**
 * The pod of an agent, for its Deployment and for the Jobs of Tasks and Sessions alike.
 *
 * @remarks
 * Pure, and in a fixed order: equal plans give byte-identical templates, so nothing but a real change rolls a pod.
 */
export function agentPodTemplate(plan: AgentPodPlan): PodTemplate {
  return {
    metadata: podMetadata(plan),
    spec: {
      ...podSettings(plan),
      initContainers: [
        sidecar(plan),
        ...runtimeInit(plan),
        ...contextInit(plan),
        ...plan.contexts.checkouts.map(gitInit(plan)),
      ],
      containers: [agentContainer(plan), ...gitSync(plan)],
      volumes: podVolumes(plan),
    },
  };
}

function podSettings(plan: AgentPodPlan): Omit<PodSpec, 'containers'> {
  const { agent, platform, purpose } = plan;
  const { podSpec, imagePullSecrets } = agent;
  const { nodeSelector, tolerations, affinity, priorityClassName } =
    podSpec.scheduling ?? {};
  return {
    restartPolicy: purpose.kind === 'agent' ? 'Always' : 'Never',
    serviceAccountName: serviceAccountName(plan),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: gracePeriodSeconds,
    securityContext: {
      ...restrictedPod(platform.assignsUserIds),
      ...podSpec.podSecurityContext,
    },
    ...(imagePullSecrets.length
      ? { imagePullSecrets: imagePullSecrets.map(({ name }) => ({ name })) }
      : {}),
    ...(nodeSelector ? { nodeSelector } : {}),
    ...(tolerations?.length ? { tolerations } : {}),
    ...(affinity ? { affinity: affinity as PodSpec['affinity'] } : {}),
    ...(priorityClassName ? { priorityClassName } : {}),
    ...(podSpec.runtimeClassName
      ? { runtimeClassName: podSpec.runtimeClassName }
      : {}),
  };
}

/** The account the pod runs as: the one the agent names, else one of its own without any rights. */
export function serviceAccountName({
  agent,
  name,
  purpose,
}: AgentPodPlan): string {
  if (agent.serviceAccountName) return agent.serviceAccountName;
  return purpose.kind === 'agent' || agent.rbac.rules.length ? name : 'default';
}
