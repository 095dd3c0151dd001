/** A reference from an object to the one that owns it. */
export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** Metadata of an object as the API server returns it; times are RFC 3339 texts, as a watch delivers them. */
export type ObjectMeta<
  Scope extends 'Namespaced' | 'Cluster' = 'Namespaced' | 'Cluster',
> = {
  name: string;
  generateName?: string;
  uid: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
} & (Scope extends 'Namespaced'
  ? { namespace: string }
  : { namespace?: string });
