import type { ResolvedAgent } from '@greenroom/kinds';
import { absolutePath } from './outsideVolume';
import type { Container, EnvVar, Volume, VolumeMount } from './PodTypes';

type Credential = ResolvedAgent['credentials'][number];

/** Only the owner reads a secret in a file, unless the agent says otherwise. */
const defaultFileMode = 0o400;

/** Credentials that the agent container gets to see, because its manifest asks for it. */
export function exposedCredentials(agent: ResolvedAgent): Credential[] {
  return agent.credentials.filter(({ expose }) => expose !== 'Broker');
}

export function exposedEnv(agent: ResolvedAgent): EnvVar[] {
  return exposedCredentials(agent).flatMap(({ expose, env, secretRef }) =>
    expose === 'Env' && env && secretRef.key
      ? [
          {
            name: env,
            valueFrom: {
              secretKeyRef: { name: secretRef.name, key: secretRef.key },
            },
          },
        ]
      : [],
  );
}

/** Secrets of which every key becomes a variable. */
export function exposedEnvFrom(
  agent: ResolvedAgent,
): NonNullable<Container['envFrom']> {
  return exposedCredentials(agent).flatMap(({ expose, secretRef }) =>
    expose === 'Env' && !secretRef.key
      ? [{ secretRef: { name: secretRef.name } }]
      : [],
  );
}

export function exposedVolumes(agent: ResolvedAgent): Volume[] {
  return fileCredentials(agent).map(credential => ({
    name: volumeName(credential),
    secret: {
      secretName: credential.secretRef.name,
      defaultMode: credential.fileMode ?? defaultFileMode,
      ...(credential.secretRef.key
        ? {
            items: [
              { key: credential.secretRef.key, path: credential.secretRef.key },
            ],
          }
        : {}),
    },
  }));
}

export function exposedMounts(agent: ResolvedAgent): VolumeMount[] {
  return fileCredentials(agent).map(credential => ({
    name: volumeName(credential),
    mountPath: absolutePath(credential.mountPath ?? '', agent.workspaceDir),
    // One key is mounted as one file, so that it hides nothing else in its folder.
    ...(credential.secretRef.key ? { subPath: credential.secretRef.key } : {}),
    readOnly: true,
  }));
}

function fileCredentials(agent: ResolvedAgent): Credential[] {
  return exposedCredentials(agent).filter(({ expose }) => expose === 'File');
}

/** Cannot meet the sidecar's volumes, which begin with `secret-`; 50 characters of a name of at most 63 are kept. */
function volumeName({ name }: Credential): string {
  return `file-${name}`.slice(0, 63).replace(/-+$/, '');
}
