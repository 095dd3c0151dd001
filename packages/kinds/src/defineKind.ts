import { z } from 'zod';
import { apiVersion, group, version } from './group';
import type { ConditionCatalogue } from './conditions/Condition';
import type { ObjectMeta } from './ObjectMeta';
import type { CelRule } from './schema/withRules';

/** One column of `kubectl get`; a priority above 0 shows only with `-o wide`. */
export interface PrinterColumn {
  name: string;
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  jsonPath: string;
  description?: string;
  priority?: number;
}

/** Whether objects of a kind live in a namespace. */
export type KindScope = 'Namespaced' | 'Cluster';

/** What a rule over a whole object can rely on. */
export interface AnyObject {
  metadata?: { name?: string };
}

/** What {@link defineKind} is given: everything that is particular to one kind. */
export interface KindOptions<
  Kind extends string,
  Scope extends KindScope,
  Spec extends z.ZodObject,
  Status extends z.ZodObject,
  Siblings extends z.ZodRawShape,
  Conditions extends ConditionCatalogue,
> {
  kind: Kind;
  /** Lower-case plural, as in the URL. */
  plural: string;
  shortNames: string[];
  scope: Scope;
  /** What the kind is, in one or two sentences. */
  doc: string;
  /** Whether a controller acts on it yet; if not, the reference says so. */
  acts: boolean;
  spec: Spec;
  status: Status;
  /** Top-level fields beside `spec` and `status`. */
  siblings?: Siblings;
  /** Rules over `spec`. */
  rules?: CelRule<z.output<Spec>>[];
  /** Rules over the whole object. */
  objectRules?: CelRule<AnyObject>[];
  columns: PrinterColumn[];
  conditions: Conditions;
}

/** A kind of Greenroom: the one source of its type, check, CRD and reference. */
export interface KindDefinition<
  Kind extends string = string,
  Scope extends KindScope = KindScope,
  Spec extends z.ZodObject = z.ZodObject,
  Status extends z.ZodObject = z.ZodObject,
  Siblings extends z.ZodRawShape = z.ZodRawShape,
  Conditions extends ConditionCatalogue = ConditionCatalogue,
> extends KindOptions<Kind, Scope, Spec, Status, Siblings, Conditions> {
  group: string;
  version: string;
  apiVersion: typeof apiVersion;
  singular: string;
  siblings: Siblings;
  rules: CelRule<z.output<Spec>>[];
  objectRules: CelRule<AnyObject>[];
}

/**
 * Declares a kind once; its TypeScript type ({@link KindOf}), runtime check, CRD and reference come from the result.
 */
export function defineKind<
  const Kind extends string,
  const Scope extends KindScope,
  Spec extends z.ZodObject,
  Status extends z.ZodObject,
  const Conditions extends ConditionCatalogue,
  Siblings extends z.ZodRawShape = Record<never, never>,
>(
  options: KindOptions<Kind, Scope, Spec, Status, Siblings, Conditions>,
): KindDefinition<Kind, Scope, Spec, Status, Siblings, Conditions> {
  return {
    ...options,
    group,
    version,
    apiVersion,
    singular: options.kind.toLowerCase(),
    siblings: options.siblings ?? ({} as Siblings),
    rules: options.rules ?? [],
    objectRules: options.objectRules ?? [],
  };
}

/** Without siblings nothing is added: an empty Zod object would forbid every other field. */
type SiblingsOf<Shape extends z.ZodRawShape> = keyof Shape extends never
  ? unknown
  : z.output<z.ZodObject<Shape>>;

/** An object of a kind as the API server returns it: defaults filled in. */
export type KindOf<D> = D extends KindDefinition<
  infer Kind,
  infer Scope,
  infer Spec,
  infer Status,
  infer Siblings
>
  ? {
      apiVersion: typeof apiVersion;
      kind: Kind;
      metadata: ObjectMeta<Scope>;
      spec: z.output<Spec>;
      status?: z.output<Status>;
    } & SiblingsOf<Siblings>
  : never;

/** An object of a kind as a person or a program writes it: no status, defaults may be left out. */
export type DraftOf<D> = D extends KindDefinition<
  infer Kind,
  KindScope,
  infer Spec
>
  ? {
      apiVersion: typeof apiVersion;
      kind: Kind;
      metadata: Partial<ObjectMeta>;
      spec: z.input<Spec>;
    }
  : never;
