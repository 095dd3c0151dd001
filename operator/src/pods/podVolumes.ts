import type { AgentPodPlan } from './AgentPodPlan';
import { caBundleVolumes } from './caBundle';
import { contextSecretVolume } from './contextInit';
import { exposedVolumes } from './exposedCredentials';
import { hasOutside } from './outsideVolume';
import { volumeLimits } from './podResources';
import type { Volume } from './PodTypes';
import { secretVolumeName } from './sidecar';
import { claimName, workspaceVolume } from './workspaceVolume';

/** ConfigMap with the certificate authority of the operator's ingest; kept in each namespace that has agents. */
export const ingestCaConfigMap = 'greenroom-ca';

/** Life of the token that the sidecar shows the operator; the kubelet renews it in time. */
const tokenLifeSeconds = 600;

/** Group and owner read: the containers' common group is how they get to read a Secret at all. */
const secretFileMode = 0o440;

/** All volumes of an agent pod, in a fixed order. */
export function podVolumes(plan: AgentPodPlan): Volume[] {
  const { agent, contexts } = plan;
  return [
    workspaceVolume(plan),
    emptyDir('tools', volumeLimits.tools),
    sessionsVolume(plan),
    emptyDir('scratch', volumeLimits.scratch),
    tokenVolume(),
    { name: 'ingest-ca', configMap: { name: ingestCaConfigMap } },
    ...(hasContexts(plan)
      ? [{ name: 'contexts', configMap: { name: plan.name } }]
      : []),
    ...(hasOutside(contexts)
      ? [emptyDir('outside', volumeLimits.outside)]
      : []),
    ...contextSecrets(plan).map(secretName => ({
      name: contextSecretVolume(secretName),
      secret: { secretName, defaultMode: secretFileMode },
    })),
    ...plan.secrets.map(({ folder, secretName, key }) => ({
      name: secretVolumeName(folder),
      secret: {
        secretName,
        defaultMode: secretFileMode,
        // A missing Secret is told by a condition; the agent starts and can do what needs no secret.
        optional: true,
        ...(key ? { items: [{ key, path: key }] } : {}),
      },
    })),
    ...exposedVolumes(agent),
    ...caBundleVolumes(agent.caBundle),
    ...(agent.rbac.rules.length ? [kubeApiAccessVolume()] : []),
    ...((agent.podSpec.extraVolumes ?? []) as Volume[]),
  ];
}

/** Whether any container of the pod reads the plan of contexts. */
export function hasContexts({ contexts }: AgentPodPlan): boolean {
  return (
    contexts.files.length +
      contexts.fetches.length +
      contexts.directories.length +
      contexts.checkouts.length >
      0 || contexts.contextFile !== undefined
  );
}

/** What the sidecar and the runtime remember of sessions: kept in a claim where the agent asks for it. */
function sessionsVolume({ agent, purpose }: AgentPodPlan): Volume {
  return purpose.kind === 'agent' && agent.persistence?.sessions
    ? {
        name: 'sessions',
        persistentVolumeClaim: { claimName: claimName(agent.name, 'sessions') },
      }
    : emptyDir('sessions', volumeLimits.sessions);
}

function contextSecrets({ contexts }: AgentPodPlan): string[] {
  const secrets = [...contexts.fetches, ...contexts.checkouts].flatMap(
    ({ secret }) => secret ?? [],
  );
  return [...new Set(secrets)].sort();
}

function emptyDir(name: string, sizeLimit: string): Volume {
  return { name, emptyDir: { sizeLimit } };
}

function tokenVolume(): Volume {
  return {
    name: 'token',
    projected: {
      defaultMode: secretFileMode,
      sources: [
        {
          serviceAccountToken: {
            audience: 'greenroom',
            expirationSeconds: tokenLifeSeconds,
            path: 'token',
          },
        },
      ],
    },
  };
}

/** What a pod gets from `automountServiceAccountToken`, for the one container that asked for rights in the cluster. */
function kubeApiAccessVolume(): Volume {
  return {
    name: 'kube-api-access',
    projected: {
      defaultMode: 0o444,
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        {
          configMap: {
            name: 'kube-root-ca.crt',
            items: [{ key: 'ca.crt', path: 'ca.crt' }],
          },
        },
        {
          downwardAPI: {
            items: [
              {
                path: 'namespace',
                fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' },
              },
            ],
          },
        },
      ],
    },
  };
}
