import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  PersistentVolume,
  PersistentVolumeClaim,
  type KubeClient,
  type Pod,
} from '@greenroom/controller-runtime';
import type { Volume } from '../pods/podParts';
import type { PodObjects } from '../pods/PodObjects';
import { VolumeError } from './PayloadFile';
import { ServiceAccountTokens } from './ServiceAccountTokens';
import {
  volumePayload,
  volumeReferences,
  type PayloadSources,
} from './volumePayload';
import { writePayload } from './writePayload';

type HostPath = NonNullable<Volume['hostPath']>;

/** The volumes of a pod as folders of the host. */
export class PodVolumes {
  readonly #client: KubeClient;
  readonly #pod: Pod;
  readonly #directory: string;
  readonly #tokens: ServiceAccountTokens;
  readonly #paths = new Map<string, string>();

  /** @param directory - the folder for the pod's own volumes */
  constructor(client: KubeClient, pod: Pod, directory: string) {
    this.#client = client;
    this.#pod = pod;
    this.#directory = directory;
    this.#tokens = new ServiceAccountTokens(client, pod);
  }

  /** Where a volume lies once it is mounted. */
  pathOf(volume: string): string {
    const path = this.#paths.get(volume);
    if (path === undefined) {
      throw new VolumeError(`the pod has no volume "${volume}"`);
    }
    return path;
  }

  /** When {@link mount} must be called again for a token to be renewed. */
  get refreshAt(): number | undefined {
    return this.#tokens.refreshAt;
  }

  /** Mounts what is not mounted yet and brings what comes from the API up to date. Throws {@link VolumeError}. */
  async mount(
    objects: PodObjects,
    facts: Pick<PayloadSources, 'facts' | 'allocatable'>,
    now: number,
  ): Promise<void> {
    const volumes = this.#pod.spec!.volumes ?? [];
    const projections = volumes.flatMap(
      volume => volumeReferences(volume).tokens,
    );
    const tokens = await this.#tokens.refresh(projections, now);
    const sources = { pod: this.#pod, ...facts, ...objects, tokens };
    await Promise.all(
      volumes.map(async volume => {
        const path = await this.#mountOne(volume, sources).catch(error => {
          throw new VolumeError(
            `MountVolume.SetUp failed for volume "${volume.name}" : ${error.message}`,
            { cause: error },
          );
        });
        this.#paths.set(volume.name, path);
      }),
    );
  }

  /** Removes the pod's own volumes; claims and host folders stay. */
  async remove(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 3 });
  }

  async #mountOne(volume: Volume, sources: PayloadSources): Promise<string> {
    const own = join(this.#directory, volume.name);
    const payload = volumePayload(volume, sources);
    if (payload) {
      await writePayload(own, payload);
      return own;
    }
    if (volume.hostPath) return hostFolder(volume.hostPath);
    if (volume.persistentVolumeClaim) {
      return this.#claimedFolder(volume.persistentVolumeClaim.claimName);
    }
    if (volume.emptyDir || volume.ephemeral) {
      await mkdir(own, { recursive: true });
      return own;
    }
    const [kind = 'nothing'] = Object.keys(volume).filter(
      key => key !== 'name',
    );
    throw new VolumeError(
      `volumes of the kind ${kind} are not offered here; use emptyDir, configMap, secret, downwardAPI, projected, persistentVolumeClaim or hostPath`,
    );
  }

  async #claimedFolder(name: string): Promise<string> {
    const { namespace } = this.#pod.metadata;
    const claim = await this.#client.find(PersistentVolumeClaim, {
      namespace,
      name,
    });
    if (!claim)
      throw new VolumeError(`persistentvolumeclaim "${name}" not found`);
    const volumeName = claim.spec?.volumeName;
    if (claim.status?.phase !== 'Bound' || !volumeName) {
      throw new VolumeError(`persistentvolumeclaim "${name}" is not bound yet`);
    }
    const { spec } = await this.#client.get(PersistentVolume, {
      name: volumeName,
    });
    const path = spec?.hostPath?.path ?? spec?.local?.path;
    if (!path) {
      throw new VolumeError(
        `persistentvolume "${volumeName}" is no folder of this machine (hostPath or local)`,
      );
    }
    await mkdir(path, { recursive: true });
    return path;
  }
}

/** What lies at a host path, made or checked as its type says. */
async function hostFolder({ path, type = '' }: HostPath): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (!found && type === 'DirectoryOrCreate') {
    await mkdir(path, { recursive: true });
    return path;
  }
  if (!found && type === 'FileOrCreate') {
    await writeFile(path, '', { flag: 'a' });
    return path;
  }
  const isWanted: Record<string, boolean | undefined> = {
    Directory: found?.isDirectory(),
    DirectoryOrCreate: found?.isDirectory(),
    File: found?.isFile(),
    FileOrCreate: found?.isFile(),
    Socket: found?.isSocket(),
    CharDevice: found?.isCharacterDevice(),
    BlockDevice: found?.isBlockDevice(),
  };
  if (type !== '' && !isWanted[type]) {
    throw new VolumeError(
      `hostPath type check failed: ${path} is not a ${type}`,
    );
  }
  return path;
}
