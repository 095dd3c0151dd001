import {
  ApiError,
  ConfigMap,
  Namespace,
  ServiceAccount,
  type KubernetesObject,
  type ObjectKey,
  type Reconciler,
  type ResourceType,
} from '@greenroom/controller-runtime';
import type { ReconcilerParts } from '../ReconcilerParts';

export const DEFAULT_ACCOUNT = 'default';
export const ROOT_CA = 'kube-root-ca.crt';

/** Gives every namespace what its pods need: a default service account and the API server's certificate authority. */
export class NamespaceContentReconciler implements Reconciler {
  readonly #parts: ReconcilerParts;
  readonly #caCertificate: string;

  /** @param caCertificate - PEM */
  constructor(parts: ReconcilerParts, caCertificate: string) {
    this.#parts = parts;
    this.#caCertificate = caCertificate;
  }

  async reconcile({ name: namespace }: ObjectKey): Promise<void> {
    const { cache } = this.#parts;
    const object = cache.get(Namespace, { name: namespace });
    if (!object || object.metadata.deletionTimestamp) return;
    await Promise.all([
      this.#ensureAccount(namespace),
      this.#ensureRootCa(namespace),
    ]);
  }

  async #ensureAccount(namespace: string): Promise<void> {
    const key = { namespace, name: DEFAULT_ACCOUNT };
    if (this.#parts.cache.get(ServiceAccount, key)) return;
    await this.#create(ServiceAccount, { metadata: key });
  }

  async #ensureRootCa(namespace: string): Promise<void> {
    const { cache, client } = this.#parts;
    const key = { namespace, name: ROOT_CA };
    const data = { 'ca.crt': this.#caCertificate };
    const present = cache.get(ConfigMap, key);
    if (!present) {
      await this.#create(ConfigMap, { metadata: key, data });
    } else if (present.data?.['ca.crt'] !== this.#caCertificate) {
      const patched = await client.patch(ConfigMap, key, 'merge', { data });
      cache.informer(ConfigMap).observe(patched);
    }
  }

  async #create<T extends KubernetesObject>(
    type: ResourceType<T>,
    object: T,
  ): Promise<void> {
    const { client, cache } = this.#parts;
    try {
      cache.informer(type).observe(await client.create(type, object));
    } catch (error) {
      // Made by another, or the namespace is on its way out and takes nothing new.
      if (ApiError.isAlreadyExists(error) || ApiError.isForbidden(error))
        return;
      if (ApiError.isNotFound(error)) return;
      throw error;
    }
  }
}
