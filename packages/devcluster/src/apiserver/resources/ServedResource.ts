import type { Json, KubernetesObject } from '../../store/KubernetesObject';
import type { JsonSchema } from '../../schemas/JsonSchema';
import type { StructNode } from '../../schemas/TypeNode';
import type { FieldError } from '../errors/FieldError';
import type { TableColumn } from '../tables/TableColumn';

/** The verbs an ordinary resource answers. */
export const allVerbs = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
] as const;

export type Verb = (typeof allVerbs)[number];

/** Where the scale subresource reads and writes. */
export interface ScalePaths {
  specReplicasPath: string;
  statusReplicasPath: string;
  labelSelectorPath?: string;
}

/** What is particular to one kind when its objects are written. Every function may change what it is given. */
export interface KindRules {
  /** Fills in what the user left out. Runs on every decoded object. */
  applyDefaults?(object: KubernetesObject): void;
  /** Sets what only the server decides on creation. */
  prepareCreate?(object: KubernetesObject): void;
  /** Restores what this kind of write may not touch. */
  prepareUpdate?(object: KubernetesObject, old: KubernetesObject): void;
  prepareStatusUpdate?(object: KubernetesObject, old: KubernetesObject): void;
  validate?(object: KubernetesObject): FieldError[];
  validateUpdate?(
    object: KubernetesObject,
    old: KubernetesObject,
  ): FieldError[];
  validateStatusUpdate?(
    object: KubernetesObject,
    old: KubernetesObject,
  ): FieldError[];
  /** What `fieldSelector` may name beside the object's name and namespace. */
  selectableFields?: Record<string, (object: KubernetesObject) => string>;
  /** Seconds an object stays after a deletion that names no grace period; absent: it goes at once. */
  gracePeriodSeconds?(object: KubernetesObject): number | undefined;
  /** `PUT` of an object that is not there creates it. */
  createsOnUpdate?: boolean;
  /** Changes of the spec raise `metadata.generation`. */
  hasGeneration?: boolean;
  /** Deletion without a policy leaves dependents (`orphan`); otherwise they go in the background. */
  validateName?(name: string, isPrefix: boolean): string[];
  warnings?(object: KubernetesObject): string[];
}

/** One version of one resource as the API shows it. */
export interface ServedResource {
  group: string;
  version: string;
  /** `<group>/<version>`, or the version alone in the core group. */
  apiVersion: string;
  kind: string;
  listKind: string;
  plural: string;
  singular: string;
  shortNames: string[];
  categories: string[];
  namespaced: boolean;
  verbs: readonly Verb[];
  /** Where its objects are stored; all versions share it. */
  collection: string;
  /** The version objects are stored in. */
  storedApiVersion: string;
  /** The other names of subresources that discovery shows, beside status and scale. */
  hasStatus: boolean;
  scale?: ScalePaths;
  type: StructNode;
  /** The schema of the kind for OpenAPI: its name in the document, and for custom kinds what it says. */
  schemaName: string;
  schema?: JsonSchema;
  rules: KindRules;
  columns: TableColumn[];
  /** Only for custom kinds. */
  custom?: CustomKind;
}

/** What a CustomResourceDefinition adds to one version of its kind. */
export interface CustomKind {
  /** Name of the definition. */
  definition: string;
  preserveUnknownFields: boolean;
  schema?: JsonSchema;
  /** Fields that `fieldSelector` may name, as JSON paths. */
  selectableFields: string[];
  validate(
    object: KubernetesObject,
    old: KubernetesObject | undefined,
  ): FieldError[];
  applyDefaults(object: Json): void;
  deprecationWarning?: string;
}

/** A group and a kind, as errors name them. */
export function groupResourceOf({ group, plural }: ServedResource): {
  group: string;
  resource: string;
} {
  return { group, resource: plural };
}
