import type { AgentPodPlan } from './AgentPodPlan';
import { caBundleEnv, caBundleMounts } from './caBundle';
import {
  exposedEnv,
  exposedEnvFrom,
  exposedMounts,
} from './exposedCredentials';
import { imagePullPolicy } from './imagePullPolicy';
import { kubeApiAccessDir, runtimeStateDir, toolsDir } from './mountPaths';
import { outsideMounts } from './outsideVolume';
import { defaultResources } from './podResources';
import type { Container, EnvVar } from './PodTypes';
import { restrictedContainer } from './restricted';
import { scratchEnv, scratchMount } from './scratchVolume';
import { sidecarPorts } from './sidecar';
import { mergedResources, withExtraEnv } from './systemContainer';
import { workspaceMount } from './workspaceVolume';

/** Stands where a library insists on a key; the sidecar puts the real one in its place. */
const placeholderKey = 'greenroom';

/** The container the agent works in. It holds no secret, and reaches nothing but its sidecar. */
export function agentContainer(plan: AgentPodPlan): Container {
  const { agent } = plan;
  const { podSpec } = agent;
  const { agentImage, executorImage: image } = agent.runtime;
  const command =
    agent.command ??
    (agentImage ? [`${toolsDir}/greenroom-runtime`] : undefined);
  return {
    name: 'agent',
    image,
    imagePullPolicy: imagePullPolicy(image),
    ...(command?.length ? { command } : {}),
    workingDir: agent.workspaceDir,
    env: withExtraEnv(agentEnv(plan), podSpec.extraEnv ?? []),
    envFrom: exposedEnvFrom(agent),
    ports: agentPorts(plan),
    resources: mergedResources(defaultResources.agent, podSpec.resources),
    securityContext: { ...restrictedContainer, ...podSpec.securityContext },
    ...(podSpec.lifecycle ? { lifecycle: podSpec.lifecycle } : {}),
    volumeMounts: [
      workspaceMount(plan),
      { name: 'tools', mountPath: toolsDir, readOnly: true },
      { name: 'sessions', mountPath: runtimeStateDir, subPath: 'runtime' },
      scratchMount('agent'),
      ...outsideMounts(plan.contexts),
      ...exposedMounts(agent),
      ...caBundleMounts(agent.caBundle),
      ...(agent.rbac.rules.length
        ? [
            {
              name: 'kube-api-access',
              mountPath: kubeApiAccessDir,
              readOnly: true,
            },
          ]
        : []),
      ...(podSpec.extraVolumeMounts ?? []),
    ],
  };
}

function agentEnv(plan: AgentPodPlan): EnvVar[] {
  const { agent, purpose } = plan;
  const sidecarUrl = `http://127.0.0.1:${sidecarPorts.agent}`;
  const proxyUrl = `http://127.0.0.1:${sidecarPorts.egress}`;
  return [
    { name: 'GREENROOM_URL', value: sidecarUrl },
    { name: 'AGENT_NAME', value: agent.name },
    { name: 'AGENT_NAMESPACE', value: agent.namespace },
    ...(purpose.kind === 'session'
      ? [{ name: 'SESSION_ID', value: purpose.sessionId }]
      : []),
    { name: 'WORKSPACE_DIR', value: agent.workspaceDir },
    { name: 'RUNTIME_STATE_DIR', value: runtimeStateDir },
    ...scratchEnv,
    ...modelEnv(plan.models[0], sidecarUrl),
    // Upper and lower case: curl reads only http_proxy in lower case, others only the upper.
    ...['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'].map(name => ({
      name,
      value: proxyUrl,
    })),
    ...['NO_PROXY', 'no_proxy'].map(name => ({
      name,
      value: 'localhost,127.0.0.1',
    })),
    ...caBundleEnv(agent.caBundle),
    ...exposedEnv(agent),
  ];
}

function modelEnv(model: string | undefined, sidecarUrl: string): EnvVar[] {
  if (!model) return [];
  const gateway = `${sidecarUrl}/llm/${model}`;
  return [
    { name: 'GREENROOM_MODEL', value: model },
    { name: 'ANTHROPIC_BASE_URL', value: gateway },
    { name: 'ANTHROPIC_API_KEY', value: placeholderKey },
    { name: 'OPENAI_BASE_URL', value: `${gateway}/v1` },
    { name: 'OPENAI_API_KEY', value: placeholderKey },
  ];
}

function agentPorts({
  agent,
  purpose,
}: AgentPodPlan): NonNullable<Container['ports']> {
  if (purpose.kind === 'session') return [];
  return [
    { name: 'http', containerPort: agent.port, protocol: 'TCP' },
    ...agent.extraPorts.map(({ name, port, targetPort, protocol }) => ({
      name,
      containerPort: targetPort ?? port,
      protocol,
    })),
  ];
}
