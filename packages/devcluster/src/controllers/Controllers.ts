import {
  Cache,
  ConfigMap,
  Deployment,
  Endpoints,
  EndpointSlice,
  EventRecorder,
  KubeClient,
  Manager,
  Namespace,
  ownerKey,
  Pod,
  ReplicaSet,
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
import { DeploymentReconciler } from './deployments/DeploymentReconciler';
import { EndpointsReconciler } from './endpoints/EndpointsReconciler';
import { servicesOfPod } from './endpoints/servicesOfPod';
import { matchesSelector } from './pods/matchesSelector';
import { PodControl } from './pods/PodControl';
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
    this.#addEndpoints(parts);
    this.#addNamespaceContent(parts, options);
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
    const pods = new PodControl(replicaSetParts);
    cache
      .informer(Pod)
      .addHandler(({ object, type }) =>
        pods.observe(object, type === 'deleted'),
      );
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
      .watches(Pod, pod => servicesOfPod(pod, cache.list(Service, pod.metadata.namespace)));
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
      .filter(({ spec }) => matchesSelector(pod.metadata.labels, spec?.selector))
      .map(({ metadata: { namespace, name } }) => ({ namespace, name: name! }));
  }
}
