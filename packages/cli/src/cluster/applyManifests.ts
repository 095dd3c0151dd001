import { KubeClient } from '@greenroom/controller-runtime';
import { Discovery } from './Discovery';
import { Manifest } from './manifests';

/** The field manager of what the command line applies. */
const FIELD_MANAGER = 'greenroom-cli';

/** Kinds that others need to be there first, in that order; all else follows together. */
const FIRST = ['CustomResourceDefinition', 'Namespace', 'ServiceAccount'];

/** Applies manifests with server-side apply, so that doing it twice changes nothing. */
export async function applyManifests(
  client: KubeClient,
  manifests: Manifest[],
): Promise<void> {
  const discovery = new Discovery(client);
  const applyOne = async (manifest: Manifest) => {
    const type = await discovery.resourceType(
      manifest.apiVersion,
      manifest.kind,
    );
    const namespace =
      type.scope === 'Namespaced'
        ? manifest.metadata.namespace ?? client.access.namespace
        : undefined;
    await client.apply(
      type,
      { ...manifest, metadata: { ...manifest.metadata, namespace } },
      { fieldManager: FIELD_MANAGER },
    );
  };
  for (const kind of FIRST) {
    await Promise.all(
      manifests.filter(manifest => manifest.kind === kind).map(applyOne),
    );
  }
  await Promise.all(
    manifests.filter(({ kind }) => !FIRST.includes(kind)).map(applyOne),
  );
}
