import type { AgentPodPlan } from './AgentPodPlan';
import { caBundleEnv, caBundleMounts } from './caBundle';
import { credentialsDir, ingestCaDir, stateDir, tokenDir } from './mountPaths';
import { ingestUrl } from './Platform';
import { shortDigest } from './podMetadata';
import { defaultResources } from './podResources';
import type { Container, EnvVar } from './PodTypes';
import { proxyEnv } from './proxyEnv';
import { readOnlyContainer } from './restricted';
import { scratchEnv, scratchMount } from './scratchVolume';
import { systemContainer } from './systemContainer';
import { workspaceMount } from './workspaceVolume';

/** Ports of the sidecar. The first and the last are for the agent alone and listen on the loopback address. */
export const sidecarPorts = {
  agent: 9090,
  health: 9091,
  egress: 9092,
} as const;

/** Ports of a runtime that speaks the contract `stream`. */
export const runtimePorts = { stream: 3100, inject: 8788 } as const;

/**
 * The boundary of the pod: it alone holds the token and the brokered secrets.
 *
 * @remarks
 * A native sidecar (an init container that is always restarted): it starts before everything else and ends last, so no event
 * of the agent is lost, and a Job ends when the agent does.
 */
export function sidecar(plan: AgentPodPlan): Container {
  const { agent } = plan;
  return systemContainer(
    agent.podSpec,
    agent.podSpec.systemContainers?.sidecar,
    {
      name: 'sidecar',
      image: agent.images.sidecar,
      imagePullPolicy: agent.imagePullPolicy,
      command: ['greenroom-sidecar'],
      restartPolicy: 'Always',
      env: sidecarEnv(plan),
      ports: [
        { name: 'health', containerPort: sidecarPorts.health, protocol: 'TCP' },
      ],
      startupProbe: {
        ...healthProbe('/healthz'),
        periodSeconds: 1,
        failureThreshold: 60,
      },
      livenessProbe: {
        ...healthProbe('/healthz'),
        periodSeconds: 10,
        failureThreshold: 3,
      },
      readinessProbe: {
        ...healthProbe('/readyz'),
        periodSeconds: 2,
        failureThreshold: 3,
      },
      resources: defaultResources.sidecar,
      securityContext: readOnlyContainer,
      volumeMounts: [
        workspaceMount(plan),
        { name: 'sessions', mountPath: stateDir, subPath: 'sidecar' },
        scratchMount('sidecar'),
        { name: 'token', mountPath: tokenDir, readOnly: true },
        { name: 'ingest-ca', mountPath: ingestCaDir, readOnly: true },
        ...plan.secrets.map(({ folder }) => ({
          name: secretVolumeName(folder),
          mountPath: `${credentialsDir}/${folder}`,
          readOnly: true,
        })),
        ...caBundleMounts(agent.caBundle),
      ],
    },
  );
}

/** Name of the volume with the secrets of one folder; volume names are DNS labels, folders need not be. */
export function secretVolumeName(folder: string): string {
  const name = `secret-${folder}`;
  return name.length <= 63 && !name.includes('.')
    ? name
    : `secret-${shortDigest(folder)}`;
}

function sidecarEnv({ agent, platform, purpose }: AgentPodPlan): EnvVar[] {
  return [
    { name: 'AGENT_NAME', value: agent.name },
    { name: 'AGENT_NAMESPACE', value: agent.namespace },
    fieldEnv('POD_NAME', 'metadata.name'),
    fieldEnv('POD_NAMESPACE', 'metadata.namespace'),
    fieldEnv('POD_UID', 'metadata.uid'),
    ...(purpose.kind === 'session'
      ? [{ name: 'SESSION_ID', value: purpose.sessionId }]
      : []),
    { name: 'INGEST_URL', value: ingestUrl(platform) },
    { name: 'TOKEN_FILE', value: `${tokenDir}/token` },
    { name: 'CA_FILE', value: `${ingestCaDir}/ca.crt` },
    { name: 'STATE_DIR', value: stateDir },
    { name: 'RUNTIME_CONTRACT', value: agent.runtime.contract },
    { name: 'RUNTIME_URL', value: `http://127.0.0.1:${runtimePorts.stream}` },
    {
      name: 'RUNTIME_INJECT_URL',
      value: `http://127.0.0.1:${runtimePorts.inject}`,
    },
    { name: 'WORKSPACE_DIR', value: agent.workspaceDir },
    { name: 'CREDENTIALS_DIR', value: credentialsDir },
    ...scratchEnv,
    ...proxyEnv(agent.proxy, agent.clusterDomain),
    ...caBundleEnv(agent.caBundle),
  ];
}

export function fieldEnv(name: string, fieldPath: string): EnvVar {
  return { name, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } } };
}

function healthProbe(path: string) {
  return {
    httpGet: { path, port: sidecarPorts.health, scheme: 'HTTP' },
    timeoutSeconds: 2,
    successThreshold: 1,
  };
}
