import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ApiError,
  PersistentVolume,
  PersistentVolumeClaim,
  type ObjectKey,
  type Reconciler,
} from '@greenroom/controller-runtime';
import type { ReconcilerParts } from '../ReconcilerParts';

/** Marks the volumes made here, as storage provisioners do. */
const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
const PROVISIONER = 'devcluster/folder';
const BOUND_BY = 'pv.kubernetes.io/bind-completed';

/** Gives each claim a folder of its own as volume, and removes the folder with the claim. */
export class ClaimReconciler implements Reconciler {
  readonly #parts: ReconcilerParts;
  readonly #volumesDir: string;

  constructor(parts: ReconcilerParts, volumesDir: string) {
    this.#parts = parts;
    this.#volumesDir = volumesDir;
  }

  async reconcile(key: ObjectKey): Promise<void> {
    const { cache } = this.#parts;
    const claim = cache.get(PersistentVolumeClaim, key);
    if (claim && !claim.metadata.deletionTimestamp) {
      if (claim.status?.phase !== 'Bound') await this.#bind(claim);
    }
    await this.#removeReleased(key, claim?.metadata.uid);
  }

  async #bind(claim: PersistentVolumeClaim): Promise<void> {
    const { client, cache, events } = this.#parts;
    const { namespace, name, uid } = claim.metadata;
    const key = { namespace, name: name! };
    const volume = claim.spec?.volumeName
      ? await this.#named(claim, claim.spec.volumeName)
      : await this.#provision(claim);
    if (!volume) return;
    const volumeName = volume.metadata.name!;
    if (!claim.spec?.volumeName) {
      await client.patch(PersistentVolumeClaim, key, 'merge', {
        metadata: { uid, annotations: { [BOUND_BY]: 'yes' } },
        spec: { volumeName },
      });
    }
    await client.patch(
      PersistentVolume,
      { name: volumeName },
      'merge',
      { status: { phase: 'Bound' } },
      { subresource: 'status' },
    );
    const bound = await client.patch(
      PersistentVolumeClaim,
      key,
      'merge',
      {
        status: {
          phase: 'Bound',
          accessModes: volume.spec?.accessModes,
          capacity: volume.spec?.capacity,
        },
      },
      { subresource: 'status' },
    );
    cache.informer(PersistentVolumeClaim).observe(bound);
    events.event(bound, {
      reason: 'ProvisioningSucceeded',
      note: `Successfully provisioned volume ${volumeName}`,
    });
  }

  /** The volume a claim asks for by name, taken for it if nobody else has it. */
  async #named(
    claim: PersistentVolumeClaim,
    volumeName: string,
  ): Promise<PersistentVolume | undefined> {
    const { client } = this.#parts;
    const volume = await client.find(PersistentVolume, { name: volumeName });
    const { claimRef } = volume?.spec ?? {};
    if (!volume || claimRef?.uid === claim.metadata.uid) return volume;
    const isFree =
      !claimRef ||
      (!claimRef.uid &&
        claimRef.name === claim.metadata.name &&
        claimRef.namespace === claim.metadata.namespace);
    if (!isFree) return undefined;
    return client.patch(PersistentVolume, { name: volumeName }, 'merge', {
      spec: { claimRef: referenceTo(claim) },
    });
  }

  async #provision(
    claim: PersistentVolumeClaim,
  ): Promise<PersistentVolume | undefined> {
    const { client } = this.#parts;
    const { uid } = claim.metadata;
    const { accessModes, resources, volumeMode, storageClassName } =
      claim.spec ?? {};
    const name = `pvc-${uid}`;
    const path = join(this.#volumesDir, name);
    await mkdir(path, { recursive: true });
    try {
      return await client.create(PersistentVolume, {
        metadata: { name, annotations: { [PROVISIONED_BY]: PROVISIONER } },
        spec: {
          accessModes,
          capacity: { storage: resources?.requests?.storage ?? '1Gi' },
          claimRef: referenceTo(claim),
          hostPath: { path, type: 'DirectoryOrCreate' },
          persistentVolumeReclaimPolicy: 'Delete',
          storageClassName,
          volumeMode,
        },
      });
    } catch (error) {
      if (!ApiError.isAlreadyExists(error)) throw error;
      return client.get(PersistentVolume, { name });
    }
  }

  /** Volumes whose claim has gone: with their folder if they were made for it, else kept and marked. */
  async #removeReleased(
    key: ObjectKey,
    uid: string | undefined,
  ): Promise<void> {
    const { client, cache } = this.#parts;
    const released = cache.list(PersistentVolume).filter(({ spec }) => {
      const { claimRef } = spec ?? {};
      return (
        claimRef?.uid &&
        claimRef.uid !== uid &&
        claimRef.name === key.name &&
        claimRef.namespace === key.namespace
      );
    });
    for (const { metadata, spec, status } of released) {
      const name = metadata.name!;
      const isOurs = metadata.annotations?.[PROVISIONED_BY] === PROVISIONER;
      if (isOurs && spec?.persistentVolumeReclaimPolicy === 'Delete') {
        await rm(join(this.#volumesDir, name), {
          recursive: true,
          force: true,
          maxRetries: 3,
        });
        await client.delete(PersistentVolume, { name });
      } else if (status?.phase !== 'Released') {
        await client.patch(
          PersistentVolume,
          { name },
          'merge',
          { status: { phase: 'Released' } },
          { subresource: 'status' },
        );
      }
    }
  }
}

function referenceTo({ metadata }: PersistentVolumeClaim) {
  const { namespace, name, uid } = metadata;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    namespace,
    name,
    uid,
  };
}
