import type { AgentPodPlan } from './AgentPodPlan';
import { caBundleEnv, caBundleMounts } from './caBundle';
import { contextsKey } from './contextsConfigMap';
import {
  contextsDir,
  contextSecretsDir,
  outsideDir,
  scratchDir,
} from './mountPaths';
import { hasOutside } from './outsideVolume';
import { defaultResources } from './podResources';
import type { Container, EnvVar, VolumeMount } from './PodTypes';
import { proxyEnv } from './proxyEnv';
import { readOnlyContainer } from './restricted';
import { scratchEnv, scratchMount } from './scratchVolume';
import {
  systemContainer,
  type SystemContainerSettings,
} from './systemContainer';
import { shortDigest } from './podMetadata';
import { workspaceMount } from './workspaceVolume';

/** Writes the agent's contexts into the workspace before the agent starts. */
export function contextInit(plan: AgentPodPlan): Container[] {
  const { contexts } = plan;
  const hasWork =
    contexts.files.length +
      contexts.fetches.length +
      contexts.directories.length >
      0 || contexts.contextFile !== undefined;
  if (!hasWork) return [];
  const secrets = contexts.fetches.flatMap(({ secret }) => secret ?? []);
  return [
    contextContainer(plan, {
      name: 'context-init',
      args: ['context-init'],
      settings: plan.agent.podSpec.systemContainers?.contextInit,
      secrets: [...new Set(secrets)],
    }),
  ];
}

/** A container that works on the plan of contexts, with the Secrets it needs for that and no others. */
export function contextContainer(
  plan: AgentPodPlan,
  options: {
    name: string;
    args: string[];
    settings: SystemContainerSettings | undefined;
    secrets: readonly string[];
    env?: EnvVar[];
  },
): Container {
  const { agent } = plan;
  return systemContainer(agent.podSpec, options.settings, {
    name: options.name,
    image: agent.images.contextTools,
    imagePullPolicy: agent.imagePullPolicy,
    command: ['greenroom-context-tools', ...options.args],
    env: [
      { name: 'CONTEXTS_FILE', value: `${contextsDir}/${contextsKey}` },
      { name: 'WORKSPACE_DIR', value: agent.workspaceDir },
      ...(hasOutside(plan.contexts)
        ? [{ name: 'OUTSIDE_DIR', value: outsideDir }]
        : []),
      { name: 'SECRETS_DIR', value: contextSecretsDir },
      { name: 'SCRATCH_DIR', value: scratchDir },
      ...scratchEnv,
      ...(options.env ?? []),
      ...proxyEnv(agent.proxy, agent.clusterDomain),
      ...caBundleEnv(agent.caBundle),
    ],
    resources: defaultResources.init,
    securityContext: readOnlyContainer,
    volumeMounts: [
      workspaceMount(plan),
      { name: 'contexts', mountPath: contextsDir, readOnly: true },
      ...(hasOutside(plan.contexts)
        ? [{ name: 'outside', mountPath: outsideDir }]
        : []),
      scratchMount(options.name),
      ...options.secrets.map(secretMount),
      ...caBundleMounts(agent.caBundle),
    ],
  });
}

/** Name of the volume with a Secret that contexts need; Secrets' names can be longer than volumes' may be. */
export function contextSecretVolume(secret: string): string {
  return `context-${shortDigest(secret)}`;
}

function secretMount(secret: string): VolumeMount {
  return {
    name: contextSecretVolume(secret),
    mountPath: `${contextSecretsDir}/${secret}`,
    readOnly: true,
  };
}
