import type { Json, KubernetesObject } from '../../store/KubernetesObject';
import type { ObjectStore } from '../../store/ObjectStore';
import { timestamp } from '../handlers/timestamp';
import type { ResourceRegistry } from '../resources/ResourceRegistry';
import { customResources } from './customResources';
import { cleanupFinalizer } from './definitionRules';

export const definitionCollection =
  'apiextensions.k8s.io/customresourcedefinitions';

/**
 * Serves what CustomResourceDefinitions define, tells so in their conditions, and empties a collection before its
 * definition goes.
 */
export class DefinitionController {
  private readonly stops: (() => void)[] = [];
  private readonly emptying = new Map<string, () => void>();
  private stopped = false;

  constructor(
    private readonly store: ObjectStore,
    private readonly registry: ResourceRegistry,
    private readonly now: () => number,
  ) {}

  start(): void {
    for (const definition of this.store.list(definitionCollection))
      this.settle(definition);
    this.stops.push(
      this.store.watch(
        definitionCollection,
        this.store.revision,
        ({ type, object }) => {
          if (type === 'DELETED') this.forget(object);
          // The write that is being announced ends first; its answer shows the definition as it was sent.
          else queueMicrotask(() => this.settle(object));
        },
      ),
    );
  }

  stop(): void {
    this.stopped = true;
    for (const stop of [...this.stops, ...this.emptying.values()]) stop();
  }

  private settle({ metadata }: KubernetesObject): void {
    if (this.stopped) return;
    const definition = this.store.get(
      definitionCollection,
      undefined,
      metadata.name,
    );
    if (!definition) return;
    if (definition.metadata.deletionTimestamp) {
      this.empty(definition);
      return;
    }
    const problem = this.nameConflict(definition);
    if (!problem) {
      this.registry.replaceCustom(metadata.name, customResources(definition));
    }
    const status = this.statusOf(definition, problem);
    const finalizers = definition.metadata.finalizers ?? [];
    const hasFinalizer = finalizers.includes(cleanupFinalizer);
    if (
      hasFinalizer &&
      JSON.stringify(status) === JSON.stringify(definition.status)
    )
      return;
    this.store.update(
      definitionCollection,
      {
        ...definition,
        metadata: {
          ...definition.metadata,
          finalizers: hasFinalizer
            ? finalizers
            : [...finalizers, cleanupFinalizer],
        },
        status,
      },
      definition,
    );
  }

  private nameConflict({
    metadata,
    spec,
  }: KubernetesObject): string | undefined {
    const names = (each: Json): string[] => [
      each.plural,
      each.singular,
      ...(each.shortNames ?? []),
    ];
    const own = new Set(names(spec.names));
    for (const other of this.store.each(definitionCollection)) {
      if (
        other.metadata.name === metadata.name ||
        other.spec.group !== spec.group
      )
        continue;
      const accepted = other.status?.acceptedNames;
      if (!accepted?.plural) continue;
      const taken = names(accepted).find(each => own.has(each));
      if (taken) return `${JSON.stringify(taken)} is already in use`;
      if (accepted.kind === spec.names.kind)
        return `${JSON.stringify(accepted.kind)} is already in use`;
    }
    return undefined;
  }

  private statusOf(
    definition: KubernetesObject,
    problem: string | undefined,
  ): Json {
    const { status = {}, spec } = definition;
    const conditions: Json[] = [
      problem
        ? {
            type: 'NamesAccepted',
            status: 'False',
            reason: 'NameConflict',
            message: problem,
          }
        : {
            type: 'NamesAccepted',
            status: 'True',
            reason: 'NoConflicts',
            message: 'no conflicts found',
          },
      problem
        ? {
            type: 'Established',
            status: 'False',
            reason: 'NotAccepted',
            message: 'not all names are accepted',
          }
        : {
            type: 'Established',
            status: 'True',
            reason: 'InitialNamesAccepted',
            message: 'the initial names have been accepted',
          },
    ];
    return {
      ...status,
      conditions: conditions.map(({ type, status: value, reason, message }) => {
        const known = status.conditions?.find(
          (each: Json) => each.type === type,
        );
        const isSame = known?.status === value && known?.reason === reason;
        return {
          lastTransitionTime: isSame
            ? known.lastTransitionTime
            : timestamp(this.now()),
          message,
          reason,
          status: value,
          type,
        };
      }),
      acceptedNames: problem ? status.acceptedNames : spec.names,
      storedVersions: status.storedVersions ?? [],
    };
  }

  /** Deletes all objects of a definition that is being deleted, then lets it go. */
  private empty(definition: KubernetesObject): void {
    const { name } = definition.metadata;
    if (this.emptying.has(name)) return;
    const collection = collectionOf(definition);
    const finish = () => {
      if (!this.store.list(collection).length) {
        this.emptying.get(name)?.();
        this.emptying.delete(name);
        this.release(name);
      }
    };
    this.emptying.set(
      name,
      this.store.watch(collection, this.store.revision, ({ type }) => {
        if (type === 'DELETED') queueMicrotask(finish);
      }),
    );
    for (const object of this.store.list(collection)) {
      if (!object.metadata.finalizers?.length) {
        this.store.remove(collection, object);
      } else if (!object.metadata.deletionTimestamp) {
        this.store.update(
          collection,
          {
            ...object,
            metadata: {
              ...object.metadata,
              deletionTimestamp: timestamp(this.now()),
              deletionGracePeriodSeconds: 0,
            },
          },
          object,
        );
      }
    }
    finish();
  }

  private release(name: string): void {
    const definition = this.store.get(definitionCollection, undefined, name);
    if (!definition?.metadata.deletionTimestamp) return;
    const finalizers = (definition.metadata.finalizers ?? []).filter(
      each => each !== cleanupFinalizer,
    );
    if (finalizers.length) {
      this.store.update(
        definitionCollection,
        { ...definition, metadata: { ...definition.metadata, finalizers } },
        definition,
      );
    } else {
      this.store.remove(definitionCollection, definition);
    }
  }

  private forget(definition: KubernetesObject): void {
    this.emptying.get(definition.metadata.name)?.();
    this.emptying.delete(definition.metadata.name);
    this.registry.replaceCustom(definition.metadata.name, []);
    this.store.drop(collectionOf(definition));
  }
}

function collectionOf({ spec }: KubernetesObject): string {
  return `${spec.group}/${spec.names.plural}`;
}
