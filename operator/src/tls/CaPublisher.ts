import {
  ConfigMap,
  done,
  resourceType,
  type Cache,
  type Controller,
  type KubeClient,
  type Manager,
  type ObjectKey,
  type ReconcileResult,
  type Reconciler,
  type ResourceType,
} from '@greenroom/controller-runtime';
import { Agent, Session, Task } from '@greenroom/kinds';
import type { CertificateStore } from './CertificateStore';

/** Name of the ConfigMap that sidecars mount; its key is `ca.crt`. */
export const CA_CONFIG_MAP = 'greenroom-ca';
const CA_KEY = 'ca.crt';
const FIELD_SELECTOR = `metadata.name=${CA_CONFIG_MAP}`;

/** Objects that bring agent pods into their namespace. */
const users: ResourceType[] = [Agent, Session, Task].map(kind =>
  resourceType(kind),
);

/** Keeps the operator's authority in each namespace that has agents, so that sidecars trust it and nothing else. */
export class CaPublisher implements Reconciler {
  readonly #client: KubeClient;
  readonly #cache: Cache;
  readonly #certificates: CertificateStore;

  constructor(options: {
    client: KubeClient;
    cache: Cache;
    certificates: CertificateStore;
  }) {
    this.#client = options.client;
    this.#cache = options.cache;
    this.#certificates = options.certificates;
  }

  /** Adds the publisher to a manager. */
  addTo(manager: Manager): Controller {
    const toConfigMap = ({
      metadata,
    }: {
      metadata: { namespace?: string };
    }) => [{ namespace: metadata.namespace, name: CA_CONFIG_MAP }];
    const controller = manager.controller({
      name: 'ca',
      reconciler: this,
      workers: 1,
    });
    controller.for(ConfigMap, { informer: { fieldSelector: FIELD_SELECTOR } });
    for (const type of users) {
      controller.watches(type, toConfigMap, {
        predicate: event => event.type !== 'updated',
      });
    }
    this.#certificates.onChange(() => {
      for (const { metadata } of this.#configMaps().list()) {
        controller.enqueue({
          namespace: metadata.namespace,
          name: CA_CONFIG_MAP,
        });
      }
    });
    return controller;
  }

  async reconcile(key: ObjectKey): Promise<ReconcileResult> {
    const namespace = key.namespace!;
    const { ca } = this.#certificates.current;
    const isUsed = users.some(
      type => this.#cache.informer(type).list(namespace).length > 0,
    );
    const current = this.#configMaps().get(key);
    // One that nobody needs any more does no harm; it goes with its namespace.
    if (!isUsed || current?.data?.[CA_KEY] === ca) return done;
    const applied = await this.#client.apply(ConfigMap, {
      metadata: {
        namespace,
        name: CA_CONFIG_MAP,
        labels: { 'app.kubernetes.io/managed-by': 'greenroom' },
      },
      data: { [CA_KEY]: ca },
    });
    this.#configMaps().observe(applied);
    return done;
  }

  #configMaps() {
    return this.#cache.informer(ConfigMap, { fieldSelector: FIELD_SELECTOR });
  }
}
