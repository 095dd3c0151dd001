import { createHash } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  Cache,
  ConfigMap,
  Controller,
  EndpointSlice,
  EventRecorder,
  formatKey,
  KubeClient,
  Node,
  PersistentVolumeClaim,
  Pod,
  Secret,
  Service,
  type InformerEvent,
} from '@greenroom/controller-runtime';
import type { Logger } from 'pino';
import type { NodeProxy } from '../apiserver/NodeProxy';
import { ContainerLauncher } from './containers/ContainerLauncher';
import type { KubeletOptions } from './KubeletOptions';
import { PodAddresses } from './network/PodAddresses';
import { NodeHeartbeat } from './node/NodeHeartbeat';
import { nodeResources } from './node/nodeStatus';
import { podReferences } from './pods/PodObjects';
import { PodWorker, type PodWorkerContext } from './pods/PodWorker';
import { defaultRestartBackOff } from './pods/restartDelay';
import { PodNodeProxy } from './PodNodeProxy';
import { OrphanLedger } from './processes/OrphanLedger';
import { SchedulerReconciler } from './scheduling/SchedulerReconciler';
import {
  ServiceProxyReconciler,
  serviceOfSlice,
  SLICES_BY_SERVICE,
} from './services/ServiceProxyReconciler';

/** Where a node is that is this machine. */
const HOST_IP = '127.0.0.1';
const SYNC_TIMEOUT_MS = 30_000;
const DEFAULT_STOP_GRACE_MS = 5_000;
/** After this the groups of containers have had their SIGKILL, and the kernel some time for it. */
const STOP_MARGIN_MS = 3_000;

/**
 * The node: runs the pods bound to it as local processes, binds new ones to itself, and tells the API server what became of them.
 * It is a client of the API server like any other.
 */
export class Kubelet {
  /** Answers the API server's requests for logs, exec, attach and ports. */
  readonly nodeProxy: NodeProxy;
  readonly #options: KubeletOptions;
  readonly #nodeName: string;
  readonly #log: Logger;
  readonly #client: KubeClient;
  readonly #cache: Cache;
  readonly #events: EventRecorder;
  readonly #heartbeat: NodeHeartbeat;
  readonly #scheduler: Controller;
  readonly #serviceProxy: ServiceProxyReconciler;
  readonly #serviceController: Controller;
  readonly #ledger: OrphanLedger;
  readonly #context: PodWorkerContext;
  /** By uid. */
  readonly #workers = new Map<string, PodWorker>();

  private constructor(options: KubeletOptions) {
    const { access, log, images, environment } = options;
    this.#options = options;
    this.#log = log.child({ part: 'kubelet' });
    this.#nodeName = options.nodeName ?? 'devcluster';
    this.#client = new KubeClient(access, { fieldManager: 'kubelet' });
    this.#cache = new Cache(this.#client, { log: this.#log });
    this.#events = this.#recorder('kubelet');
    const idPrefix = stateId(options.stateDir);
    this.#ledger = new OrphanLedger(
      join(options.stateDir, 'processes'),
      `${idPrefix}-`,
    );
    const allocatable = nodeResources();
    this.#context = {
      client: this.#client,
      events: this.#events,
      launcher: new ContainerLauncher({
        client: this.#client,
        cache: this.#cache,
        images,
        allocatable,
        environment,
      }),
      addresses: new PodAddresses(),
      ledger: this.#ledger,
      allocatable,
      hostIP: HOST_IP,
      backOff: options.restartBackOff ?? defaultRestartBackOff,
      idPrefix,
      log: this.#log,
    };
    this.#heartbeat = new NodeHeartbeat({
      client: this.#client,
      nodeName: this.#nodeName,
      hostIP: HOST_IP,
      log: this.#log,
    });
    this.#scheduler = this.#makeScheduler();
    this.#serviceProxy = new ServiceProxyReconciler({
      cache: this.#cache,
      events: this.#recorder('kube-proxy'),
    });
    this.#serviceController = this.#makeServiceController();
    this.nodeProxy = new PodNodeProxy(uid => this.#workers.get(uid));
  }

  /** Ends what an earlier kubelet left behind, registers the node and begins to run its pods. */
  static async start(options: KubeletOptions): Promise<Kubelet> {
    const kubelet = new Kubelet(options);
    await kubelet.#start();
    return kubelet;
  }

  /** Ends every container, gracefully first, and everything else the kubelet runs. Nothing it started survives. */
  async stop(): Promise<void> {
    const graceMs = this.#options.stopGraceMs ?? DEFAULT_STOP_GRACE_MS;
    await Promise.all([this.#scheduler.stop(), this.#serviceController.stop()]);
    await this.#heartbeat.stop();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>(done => {
      timer = setTimeout(done, graceMs + STOP_MARGIN_MS);
    });
    const workers = [...this.#workers.values()];
    await Promise.race([
      Promise.all(workers.map(worker => worker.shutDown(graceMs))),
      late,
    ]);
    clearTimeout(timer);
    await this.#ledger.endOrphans();
    await this.#serviceProxy.close();
    await this.#cache.stop();
    this.#client.close();
  }

  async #start(): Promise<void> {
    const { stateDir } = this.#options;
    await mkdir(stateDir, { recursive: true, mode: 0o700 });
    const ended = await this.#ledger.endOrphans();
    if (ended) {
      this.#log.warn(
        { processes: ended },
        'ended processes of containers that an earlier devcluster left behind',
      );
    }
    const pods = this.#cache.informer(Pod);
    const configMaps = this.#cache.informer(ConfigMap);
    const secrets = this.#cache.informer(Secret);
    const claims = this.#cache.informer(PersistentVolumeClaim);
    this.#cache.start();
    await Promise.all([
      this.#heartbeat.start(),
      this.#cache.waitForSync({ timeoutMs: SYNC_TIMEOUT_MS }),
    ]);
    await this.#forgetOldPods(pods.list());
    pods.addHandler(event => this.#receive(event));
    configMaps.addHandler(event =>
      this.#refresh(event.object, 'configMaps', event),
    );
    secrets.addHandler(event => this.#refresh(event.object, 'secrets', event));
    claims.addHandler(event => this.#claimChanged(event));
    this.#scheduler.start();
    this.#serviceController.start();
  }

  #makeScheduler(): Controller {
    const scheduler = new Controller({
      name: 'scheduler',
      reconciler: new SchedulerReconciler({
        client: this.#client,
        cache: this.#cache,
        events: this.#recorder('default-scheduler'),
        nodeName: this.#nodeName,
      }),
      cache: this.#cache,
      log: this.#log,
    });
    // A pod that found no node may find one when the node changes its labels.
    return scheduler
      .for(Pod, { predicate: ({ object }) => !object.spec?.nodeName })
      .watches(Node, () => this.#unscheduled(), {
        predicate: event =>
          event.type !== 'updated' ||
          event.old.spec?.unschedulable !== event.object.spec?.unschedulable ||
          JSON.stringify(event.old.metadata.labels) !==
            JSON.stringify(event.object.metadata.labels),
      });
  }

  #makeServiceController(): Controller {
    const controller = new Controller({
      name: 'service-proxy',
      reconciler: this.#serviceProxy,
      cache: this.#cache,
      log: this.#log,
    });
    return controller.for(Service).watches(EndpointSlice, serviceOfSlice, {
      informer: {
        indexes: {
          [SLICES_BY_SERVICE]: slice => serviceOfSlice(slice).map(formatKey),
        },
      },
    });
  }

  #unscheduled() {
    return this.#cache
      .list(Pod)
      .filter(({ spec }) => !spec?.nodeName)
      .map(({ metadata: { namespace, name } }) => ({ namespace, name: name! }));
  }

  #receive(event: InformerEvent<Pod>): void {
    const { object: pod } = event;
    const { uid } = pod.metadata;
    const worker = this.#workers.get(uid!);
    if (event.type === 'deleted') {
      worker?.remove();
    } else if (worker) {
      worker.update(pod);
    } else if (pod.spec?.nodeName === this.#nodeName) {
      this.#run(pod);
    }
  }

  #run(pod: Pod): void {
    const uid = pod.metadata.uid!;
    const worker = new PodWorker(pod, this.#podDirectory(uid), this.#context);
    this.#workers.set(uid, worker);
    void worker.finished.then(() => this.#workers.delete(uid));
  }

  #refresh(
    object: ConfigMap | Secret,
    kind: 'configMaps' | 'secrets',
    event: { type: string; initial?: boolean },
  ): void {
    if (event.initial) return;
    const { namespace, name } = object.metadata;
    for (const worker of this.#workers.values()) {
      if (worker.pod.metadata.namespace !== namespace) continue;
      if (podReferences(worker.pod)[kind].has(name!)) worker.refresh();
    }
  }

  /** Pods that wait for a claim go on as soon as it is bound. */
  #claimChanged(event: InformerEvent<PersistentVolumeClaim>): void {
    if (event.type !== 'updated') return;
    const { metadata, status } = event.object;
    if (status?.phase !== 'Bound' || event.old.status?.phase === 'Bound')
      return;
    for (const worker of this.#workers.values()) {
      const { pod } = worker;
      const isConcerned =
        pod.metadata.namespace === metadata.namespace &&
        pod.spec?.volumes?.some(
          volume => volume.persistentVolumeClaim?.claimName === metadata.name,
        );
      if (isConcerned) worker.refresh();
    }
  }

  /** Folders of pods that were deleted while no kubelet ran. */
  async #forgetOldPods(pods: readonly Pod[]): Promise<void> {
    const known = new Set(pods.map(({ metadata }) => metadata.uid));
    const folders = await readdir(this.#podDirectory('')).catch(() => []);
    await Promise.all(
      folders
        .filter(uid => !known.has(uid))
        .map(uid =>
          rm(this.#podDirectory(uid), { recursive: true, force: true }),
        ),
    );
  }

  #podDirectory(uid: string): string {
    return join(resolve(this.#options.stateDir), 'pods', uid);
  }

  #recorder(controller: string): EventRecorder {
    return new EventRecorder({
      client: this.#client,
      log: this.#log,
      controller,
      instance: this.#nodeName,
    });
  }
}

/** A short name of a state folder, by which its processes are told from those of other devclusters. */
function stateId(stateDir: string): string {
  return createHash('sha256')
    .update(resolve(stateDir))
    .digest('hex')
    .slice(0, 12);
}
