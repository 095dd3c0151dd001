import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  Service,
  type Cache,
  type KubeClient,
  type Pod,
} from '@greenroom/controller-runtime';
import type { PodFacts } from '../environment/fieldValue';
import { resolveEnvironment } from '../environment/resolveEnvironment';
import type { Allocatable } from '../environment/resourceFieldValue';
import { serviceVariables } from '../environment/serviceVariables';
import type { ImageCatalog } from '../images/ImageCatalog';
import { UnknownImageError } from '../images/UnknownImageError';
import {
  containerMounts,
  type ContainerMount,
} from '../mounts/containerMounts';
import { rewriteAddresses } from '../mounts/rewriteAddresses';
import { makeParentFolders, namedParents } from '../mounts/parentFolders';
import { rewritePaths, type PathMapping } from '../mounts/rewritePaths';
import { readPodObjects } from '../pods/PodObjects';
import type { Container } from '../pods/podParts';
import type { PodVolumes } from '../volumes/PodVolumes';
import { containerCommand } from './containerCommand';
import type { ResolvedCommand } from './ResolvedCommand';
import {
  SERVICE_ACCOUNT_PATH,
  serviceAccountKubeconfig,
} from './serviceAccountKubeconfig';

/** A pod as far as its containers need it. */
export interface LaunchedPod {
  pod: Pod;
  facts: PodFacts;
  volumes: PodVolumes;
  /** The pod's folder on the host. */
  directory: string;
}

/** Everything that starting a container's processes needs: its command, and how to run others beside it. */
export interface PreparedContainer {
  command: ResolvedCommand;
  /** The same surroundings for another command: of a probe, a hook or `exec`. */
  beside(argv: readonly string[]): ResolvedCommand;
  /** Where the container may write why it ends. */
  terminationFile: string;
}

/** What all containers of a node share. */
export interface LauncherOptions {
  client: KubeClient;
  cache: Cache;
  images: ImageCatalog;
  allocatable: Allocatable;
  /** The program's own environment. */
  environment: Record<string, string | undefined>;
}

/** Collects from the API and the host what a container needs to start. */
export class ContainerLauncher {
  readonly #options: LauncherOptions;

  constructor(options: LauncherOptions) {
    this.#options = options;
  }

  /**
   * Throws `UnknownImageError`, `ContainerConfigError`, `NoCommandError` or `VolumeError`, by which the caller tells what keeps the
   * container from starting.
   */
  async prepare(
    container: Container,
    launched: LaunchedPod,
  ): Promise<PreparedContainer> {
    const { images, allocatable, environment: host, client } = this.#options;
    const { pod, facts, volumes, directory } = launched;
    const image = images.find(container.image ?? '');
    if (!image)
      throw new UnknownImageError(container.image ?? '', images.names);
    const ambient = this.#ambient(pod);
    const environment = resolveEnvironment(container, {
      pod,
      facts,
      allocatable,
      ambient,
      ...(await readPodObjects(client, pod)),
    });
    const root = join(directory, 'containers', container.name);
    await Promise.all(
      ['home', 'tmp'].map(each => mkdir(join(root, each), { recursive: true })),
    );
    const mounts = containerMounts(container, environment, volume =>
      volumes.pathOf(volume),
    );
    await makeSubPaths(mounts);
    const terminationFile = join(root, 'termination-log');
    await writeFile(terminationFile, '');
    mounts.push({
      inside: container.terminationMessagePath ?? '/dev/termination-log',
      outside: terminationFile,
      readOnly: false,
      hasSubPath: false,
    });
    const fixed: Record<string, string> = {
      HOSTNAME: pod.spec!.hostname ?? pod.metadata.name!,
      POD_IP: facts.podIP,
      ...this.#apiServer(),
    };
    const account = mounts.find(
      ({ inside }) => inside === SERVICE_ACCOUNT_PATH,
    );
    if (account && !environment.has('KUBECONFIG')) {
      fixed.KUBECONFIG = join(root, 'kubeconfig');
      await writeFile(
        fixed.KUBECONFIG,
        serviceAccountKubeconfig(
          client.access.server,
          pod.metadata.namespace!,
          account.outside,
        ),
      );
    }
    const parents = await makeParentFolders(
      root,
      namedParents(mounts, environment.values()),
      mounts,
    );
    const rewrite = this.#rewriting([...mounts, ...parents], facts.podIP);
    const command = containerCommand({
      container,
      image,
      environment,
      ambient,
      fixed,
      host,
      rewrite,
      root,
    });
    await mkdir(command.workingDir, { recursive: true });
    return {
      command,
      beside: argv => ({ ...command, argv: argv.map(rewrite) }),
      terminationFile,
    };
  }

  #ambient(pod: Pod): Map<string, string> {
    if (pod.spec!.enableServiceLinks === false) return new Map();
    return serviceVariables(
      this.#options.cache.list(Service, pod.metadata.namespace),
    );
  }

  /** How a pod finds the API server; its Service's address would do as well, where its port may be listened on. */
  #apiServer(): Record<string, string> {
    const { hostname, port, protocol } = new URL(
      this.#options.client.access.server,
    );
    return {
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port || (protocol === 'https:' ? '443' : '80'),
    };
  }

  #rewriting(
    mounts: readonly PathMapping[],
    podIP: string,
  ): (text: string) => string {
    const { cache } = this.#options;
    const clusterIP = (service: { name: string; namespace: string }) => {
      const address = cache.get(Service, service)?.spec?.clusterIP;
      return address === 'None' ? undefined : address;
    };
    // Addresses first: a path of the host may hold the word "localhost".
    return text =>
      rewritePaths(rewriteAddresses(text, { podIP, clusterIP }), mounts);
  }
}

/** A part of a volume that is mounted but does not exist is made as a folder, as kubelets do. */
async function makeSubPaths(mounts: readonly ContainerMount[]): Promise<void> {
  for (const { hasSubPath, outside } of mounts) {
    if (!hasSubPath) continue;
    const exists = await stat(outside).catch(() => undefined);
    if (!exists) await mkdir(outside, { recursive: true });
  }
}
