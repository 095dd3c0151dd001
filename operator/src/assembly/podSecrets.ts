import type { Model, ResolvedAgent, Tool } from '@greenroom/kinds';
import type { PodSecret } from '../pods/AgentPodPlan';

// Folders of the sidecar's credentials. Names of credentials hold no dot, so the others can never meet them.

export function modelFolder(model: string): string {
  return `model.${model}`;
}

export function toolFolder(tool: string): string {
  return `tool.${tool}`;
}

/** Every Secret that a pod of the agent is given in any form: to be used for it, and to be kept out of events. */
export function podSecrets(
  agent: ResolvedAgent,
  models: readonly Model[],
  tools: readonly Tool[],
): PodSecret[] {
  return [
    ...agent.credentials.map(({ name, secretRef }) => secret(name, secretRef)),
    ...models.flatMap(({ metadata, spec }) =>
      spec.credentialRef
        ? [secret(modelFolder(metadata.name), spec.credentialRef)]
        : [],
    ),
    ...tools.flatMap(({ metadata, spec }) =>
      spec.remote?.secretRef
        ? [secret(toolFolder(metadata.name), spec.remote.secretRef)]
        : [],
    ),
  ];
}

function secret(
  folder: string,
  { name, key }: { name: string; key?: string },
): PodSecret {
  return { folder, secretName: name, ...(key ? { key } : {}) };
}
