import {
  Cache,
  ConfigMap,
  Deployment,
  Endpoints,
  EndpointSlice,
  EventRecorder,
  Job,
  KubeClient,
  Manager,
  Namespace,
  ownerKey,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  ReplicaSet,
  ResourceQuota,
  Service,
  ServiceAccount,
  type ClusterAccess,
  type ObjectKey,
} from '@greenroom/controller-runtime';
import type { Logger } from 'pino';
import {
  DEFAULT_ACCOUNT,
  NamespaceContentReconciler,
  ROOT_CA,
} from './accounts/NamespaceContentReconciler';
import { ClaimReconciler } from './claims/ClaimReconciler';
import { DeploymentReconciler } from './deployments/DeploymentReconciler';
import { EndpointsReconciler } from './endpoints/EndpointsReconciler';
import { servicesOfPod } from './endpoints/servicesOfPod';
import { GarbageCollector } from './garbage/GarbageCollector';
import { JobReconciler } from './jobs/JobReconciler';
import { NamespaceReconciler } from './namespaces/NamespaceReconciler';
import { ClusterObjects } from './objects/ClusterObjects';
import { matchesSelector } from './pods/matchesSelector';
import { PodControl } from './pods/PodControl';
import { QuotaReconciler } from './quotas/QuotaReconciler';
import type { ReconcilerParts } from './ReconcilerParts';
import { ReplicaSetReconciler } from './replicasets/ReplicaSetReconciler';

/** What the controllers need to know. */
export interface ControllersOptions {
  /** The API server; the controllers are clients of it like any other. */
  access: ClusterAccess;
  /** Where claimed volumes become folders. */
  volumesDir: string;
  /** The API server's certificate authority, PEM; by default that of `access`. */
  caCertificate?: string;
  log: Logger;
}

/** The controllers that make a cluster of an API server: only what Greenroom and its tools need. */
export class Controllers {
  readonly #manager: Manager;
  readonly #client: KubeClient;
  readonly #objects: ClusterObjects;

  private constructor(options: ControllersOptions) {
    const { access } = options;
    const log = options.log.child({ part: 'controllers' });
    const client = new KubeClient(access, {
      fieldManager: 'kube-controller-manager',
    });
    const cache = new Cache(client, { log });
    this.#client = client;
    this.#manager = new Manager({ client, cache, log });
    const parts = (controller: string): ReconcilerParts => ({
      client,
      cache,
      events: new EventRecorder({
        client,
        log,
        controller,
        instance: 'devcluster',
      }),
    });
    this.#addWorkloads(parts);
    this.#addJobs(parts('job-controller'));
    this.#addEndpoints(parts);
    this.#addClaims(parts, options.volumesDir);
    this.#addNamespaceContent(parts, options);
    // After all others: of kinds that nobody else follows only the metadata are kept.
    this.#objects = new ClusterObjects({ client, cache, log });
    this.#addQuotas(parts('resourcequota-controller'));
    this.#addGarbage(parts('namespace-controller'), log);
  }

  /** Fills the caches and starts all controllers. */
  static async start(options: ControllersOptions): Promise<Controllers> {
    const controllers = new Controllers(options);
    await controllers.#manager.start();
    return controllers;
  }

  async stop(): Promise<void> {
    await this.#manager.stop();
    this.#client.close();
  }

  #addWorkloads(parts: (name: string) => ReconcilerParts): void {
    const { cache } = this.#manager;
    const replicaSetParts = parts('replicaset-controller');
    const pods = this.#podControl(replicaSetParts);
    this.#manager
      .controller({
        name: 'replicaset',
        reconciler: new ReplicaSetReconciler(replicaSetParts, pods),
      })
      .for(ReplicaSet)
      .watches(Pod, pod => this.#replicaSetsOf(pod));
    this.#manager
      .controller({
        name: 'deployment',
        reconciler: new DeploymentReconciler(parts('deployment-controller')),
      })
      .for(Deployment)
      .owns(ReplicaSet)
      // Recreate waits for the last old pod to go.
      .watches(
        Pod,
        pod => {
          const key = ownerKey(pod, ReplicaSet);
          const set = key && cache.get(ReplicaSet, key);
          const owner = set && ownerKey(set, Deployment);
          return owner ? [owner] : [];
        },
        { predicate: ({ type }) => type === 'deleted' },
      );
  }

  #addJobs(parts: ReconcilerParts): void {
    const pods = this.#podControl(parts);
    this.#manager
      .controller({ name: 'job', reconciler: new JobReconciler(parts, pods) })
      .for(Job)
      .owns(Pod);
  }

  #addClaims(
    parts: (name: string) => ReconcilerParts,
    volumesDir: string,
  ): void {
    this.#manager
      .controller({
        name: 'claims',
        reconciler: new ClaimReconciler(
          parts('persistentvolume-controller'),
          volumesDir,
        ),
      })
      .for(PersistentVolumeClaim)
      .watches(PersistentVolume, ({ spec }) => {
        const { namespace, name } = spec?.claimRef ?? {};
        return name ? [{ namespace, name }] : [];
      });
  }

  #addQuotas(parts: ReconcilerParts): void {
    const quotas = this.#manager
      .controller({
        name: 'quotas',
        reconciler: new QuotaReconciler(parts, this.#objects),
      })
      .for(ResourceQuota);
    this.#objects.onChange(({ object }) => {
      const { namespace } = object.metadata;
      if (!namespace) return;
      for (const { metadata } of parts.cache.list(ResourceQuota, namespace)) {
        quotas.enqueue({ namespace, name: metadata.name! });
      }
    });
  }

  #addGarbage(parts: ReconcilerParts, log: Logger): void {
    const { client } = parts;
    const objects = this.#objects;
    const collector = new GarbageCollector({ client, objects, log });
    const namespaces = this.#manager
      .controller({
        name: 'namespace',
        reconciler: new NamespaceReconciler(parts, objects),
      })
      .for(Namespace);
    this.#manager.add({
      name: 'objects',
      start: async () => {
        await objects.start();
        collector.start();
        objects.onChange(({ object, change }) => {
          const { namespace } = object.metadata;
          if (change !== 'deleted' || !namespace) return;
          const { deletionTimestamp } =
            parts.cache.get(Namespace, { name: namespace })?.metadata ?? {};
          if (deletionTimestamp) namespaces.enqueue({ name: namespace });
        });
      },
      stop: async () => {
        await collector.stop();
        await objects.stop();
      },
    });
  }

  /** Creates and deletes pods for one controller, and is told what becomes of them. */
  #podControl(parts: ReconcilerParts): PodControl {
    const pods = new PodControl(parts);
    this.#manager.cache
      .informer(Pod)
      .addHandler(({ object, type }) =>
        pods.observe(object, type === 'deleted'),
      );
    return pods;
  }

  #addEndpoints(parts: (name: string) => ReconcilerParts): void {
    const { cache } = this.#manager;
    cache.informer(Endpoints);
    this.#manager
      .controller({
        name: 'endpoints',
        reconciler: new EndpointsReconciler(parts('endpoint-slice-controller')),
      })
      .for(Service)
      .owns(EndpointSlice)
      .watches(Pod, pod =>
        servicesOfPod(pod, cache.list(Service, pod.metadata.namespace)),
      );
  }

  #addNamespaceContent(
    parts: (name: string) => ReconcilerParts,
    { access, caCertificate }: ControllersOptions,
  ): void {
    const namespaceOf = (object: ConfigMap | ServiceAccount): ObjectKey[] => [
      { name: object.metadata.namespace! },
    ];
    this.#manager
      .controller({
        name: 'namespace-content',
        reconciler: new NamespaceContentReconciler(
          parts('namespace-content-controller'),
          caCertificate ?? String(access.tls.ca ?? ''),
        ),
      })
      .for(Namespace)
      .watches(ServiceAccount, namespaceOf, {
        predicate: ({ type, object }) =>
          type === 'deleted' && object.metadata.name === DEFAULT_ACCOUNT,
      })
      .watches(ConfigMap, namespaceOf, {
        predicate: ({ type, object }) =>
          type !== 'added' && object.metadata.name === ROOT_CA,
      });
  }

  /** The one that controls a pod, or, of an orphan, those that might adopt it. */
  #replicaSetsOf(pod: Pod): ObjectKey[] {
    const owner = ownerKey(pod, ReplicaSet);
    if (owner) return [owner];
    if (pod.metadata.ownerReferences?.some(({ controller }) => controller)) {
      return [];
    }
    return this.#manager.cache
      .list(ReplicaSet, pod.metadata.namespace)
      .filter(({ spec }) =>
        matchesSelector(pod.metadata.labels, spec?.selector),
      )
      .map(({ metadata: { namespace, name } }) => ({ namespace, name: name! }));
  }
}
