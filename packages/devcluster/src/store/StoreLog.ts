import type { KubernetesObject } from './KubernetesObject';

/** Where a store keeps its objects so that the next start finds them. Calls come in the order of the changes. */
export interface StoreLog {
  /** The revision of the last change that was kept. */
  readonly revision: number;
  read(): Iterable<{ collection: string; object: KubernetesObject }>;
  put(collection: string, object: KubernetesObject, revision: number): void;
  remove(
    collection: string,
    namespace: string,
    name: string,
    revision: number,
  ): void;
  close(): void;
}
