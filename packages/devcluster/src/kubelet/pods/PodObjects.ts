import {
  ConfigMap,
  Secret,
  type KubeClient,
  type Pod,
} from '@greenroom/controller-runtime';
import { environmentReferences } from '../environment/resolveEnvironment';
import { volumeReferences } from '../volumes/volumePayload';

/** The ConfigMaps and Secrets a pod refers to, by name. What does not exist is absent. */
export interface PodObjects {
  configMaps: Map<string, ConfigMap>;
  secrets: Map<string, Secret>;
}

/** The names of everything in its namespace that a pod is made from. */
export function podReferences(pod: Pod): {
  configMaps: Set<string>;
  secrets: Set<string>;
} {
  const { volumes = [], containers, initContainers = [] } = pod.spec!;
  const references = [
    ...volumes.map(volumeReferences),
    ...[...initContainers, ...containers].map(environmentReferences),
  ];
  return {
    configMaps: new Set(references.flatMap(({ configMaps }) => configMaps)),
    secrets: new Set(references.flatMap(({ secrets }) => secrets)),
  };
}

/** Reads them from the API server, not from a cache: what was written just before the pod must be in it. */
export async function readPodObjects(
  client: KubeClient,
  pod: Pod,
): Promise<PodObjects> {
  const { namespace } = pod.metadata;
  const names = podReferences(pod);
  const objects: PodObjects = { configMaps: new Map(), secrets: new Map() };
  await Promise.all([
    ...[...names.configMaps].map(async name => {
      const found = await client.find(ConfigMap, { namespace, name });
      if (found) objects.configMaps.set(name, found);
    }),
    ...[...names.secrets].map(async name => {
      const found = await client.find(Secret, { namespace, name });
      if (found) objects.secrets.set(name, found);
    }),
  ]);
  return objects;
}
