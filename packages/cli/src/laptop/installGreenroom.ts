import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ApiError,
  CustomResourceDefinition,
  Deployment,
  KubeClient,
} from '@greenroom/controller-runtime';
import { CliError } from '../CliError';
import { applyManifests } from '../cluster/applyManifests';
import { Manifest, readManifests } from '../cluster/manifests';

const OPERATOR = { namespace: 'greenroom-system', name: 'greenroom-operator' };

/** Often enough not to be felt; each look costs a millisecond. */
const LOOK_EVERY_MS = 50;

async function until(
  timeoutMs: number,
  look: () => Promise<string | undefined>,
) {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const missing = await look();
    if (!missing) return;
    if (Date.now() > end) throw new CliError(missing);
    await sleep(LOOK_EVERY_MS);
  }
}

/** Applies the definitions of all kinds and waits until the API server serves them. */
export async function installKinds(client: KubeClient, root: string) {
  const crds = readManifests(path.join(root, 'crds'));
  await applyManifests(client, crds);
  await until(30_000, async () => {
    const { items } = await client.list(CustomResourceDefinition);
    const established = new Set(
      items
        .filter(item =>
          item.status?.conditions?.some(
            ({ type, status }) => type === 'Established' && status === 'True',
          ),
        )
        .map(item => item.metadata.name),
    );
    const missing = crds.find(
      ({ metadata }) => !established.has(metadata.name),
    );
    return (
      missing &&
      `The API server did not accept ${missing.metadata.name} within 30 s. See: kubectl describe crd ${missing.metadata.name}`
    );
  });
}

/** Applies the operator's manifests and waits until it answers. */
export async function installOperator(client: KubeClient, root: string) {
  await applyManifests(
    client,
    readManifests(path.join(root, 'deploy', 'operator')),
  );
  await until(90_000, async () => {
    const deployment = await client.get(Deployment, OPERATOR);
    const isCurrent =
      deployment.status?.observedGeneration === deployment.metadata.generation;
    return isCurrent && deployment.status?.availableReplicas
      ? undefined
      : `The operator was not ready within 90 s. See: kubectl -n ${OPERATOR.namespace} describe deployment,pods; kubectl -n ${OPERATOR.namespace} logs deploy/${OPERATOR.name}`;
  });
}

/**
 * Applies objects of Greenroom's own kinds. The admission webhook may still refuse connections in the moment in which
 * the operator becomes available, so that one failure is waited out.
 */
export async function applyResources(
  client: KubeClient,
  manifests: Manifest[],
  timeoutMs = 15_000,
) {
  await until(timeoutMs, async () => {
    try {
      await applyManifests(client, manifests);
      return undefined;
    } catch (error) {
      const webhookIsAway =
        error instanceof ApiError &&
        error.code >= 500 &&
        error.message.includes('webhook');
      if (!webhookIsAway) throw error;
      return `The operator's admission webhook does not answer: ${error.message}`;
    }
  });
}
