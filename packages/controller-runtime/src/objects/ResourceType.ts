import type { KubernetesObject } from './KubernetesObject';

/**
 * What is needed to address the objects of one kind. A kind defined in `@greenroom/kinds` is one as it stands.
 *
 * `T` is only for the compiler: `client.get<Agent>(Agent, key)`, or once and for all `resourceType<Agent>(Agent)`.
 */
export interface ResourceType<T extends KubernetesObject = KubernetesObject> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly scope: 'Namespaced' | 'Cluster';
  /** Never set; carries `T`. */
  readonly wire?: T;
}

/** Binds the TypeScript type of a kind's objects to its {@link ResourceType}. */
export function resourceType<T extends KubernetesObject>(
  type: ResourceType,
): ResourceType<T> {
  return {
    apiVersion: type.apiVersion,
    kind: type.kind,
    plural: type.plural,
    scope: type.scope,
  };
}

/** The API group of a type, `''` for the core group. */
export function groupOf(type: { apiVersion: string }): string {
  const slash = type.apiVersion.indexOf('/');
  return slash < 0 ? '' : type.apiVersion.slice(0, slash);
}
