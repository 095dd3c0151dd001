import type {
  Applied,
  Cache,
  Informer,
  KubeClient,
  KubernetesObject,
  ObjectKey,
  ResourceType,
} from '@greenroom/controller-runtime';
import { keyOf } from '@greenroom/controller-runtime';
import { labels, managedByGreenroom } from '@greenroom/kinds';
import { covers } from './covers';
import { digestOf } from './digestOf';

/** Digest of an object as it was last applied; a different one is what makes the operator apply it again. */
export const appliedDigest = 'greenroom.dev/applied-digest';

/** Selects everything that Greenroom made; informers of built-in kinds hold nothing else. */
export const managedSelector = `${labels.managedBy}=${managedByGreenroom}`;

/** Objects whose version is remembered; forgetting one costs a comparison. */
const mostRemembered = 50_000;

/** An object of the wanted name belongs to somebody else, and is never taken over. */
export class NameConflictError extends Error {
  readonly name = 'NameConflictError';

  constructor(kind: string, key: ObjectKey) {
    super(
      `${kind} "${key.name}" in namespace "${
        key.namespace
      }" exists and belongs to something else. Rename this object, or delete that ${kind}: kubectl delete ${kind.toLowerCase()} ${
        key.name
      } -n ${key.namespace}`,
    );
  }
}

/** Brings the objects that are made for others into their wanted state, and writes only what differs. */
export class OwnedObjects {
  /** Version of each object that is known to be as wanted, by uid. */
  private readonly settled = new Map<string, string>();

  constructor(
    private readonly client: KubeClient,
    private readonly cache: Cache,
  ) {}

  /** The informer of a built-in kind, restricted to what Greenroom made. */
  informer<T extends KubernetesObject>(type: ResourceType<T>): Informer<T> {
    return this.cache.informer(type, { labelSelector: managedSelector });
  }

  get<T extends KubernetesObject>(
    type: ResourceType<T>,
    key: ObjectKey,
  ): T | undefined {
    return this.informer(type).get(key);
  }

  /**
   * Makes the object as wanted, unless it is already.
   *
   * @throws {@link NameConflictError} when the name is taken by an object of another owner
   */
  async ensure<T extends KubernetesObject>(
    type: ResourceType<T>,
    wanted: T,
  ): Promise<T> {
    const key = keyOf(wanted);
    const digest = digestOf(wanted);
    const known = this.get(type, key) ?? (await this.client.find(type, key));
    if (known && !hasSameOwner(known, wanted))
      throw new NameConflictError(type.kind, key);
    if (known && this.isAsWanted(known, wanted, digest)) return known;
    const applied = await this.client.apply(type, {
      ...wanted,
      metadata: {
        ...wanted.metadata,
        annotations: {
          ...wanted.metadata.annotations,
          [appliedDigest]: digest,
        },
      },
    } as unknown as Applied<T>);
    this.informer(type).observe(applied);
    this.remember(applied);
    return applied;
  }

  /** Deletes the object if it exists and has this owner. */
  async remove(
    type: ResourceType,
    key: ObjectKey,
    ownerUid: string,
  ): Promise<void> {
    const known = this.get(type, key);
    if (
      !known ||
      known.metadata.deletionTimestamp ||
      controllerUid(known) !== ownerUid
    )
      return;
    await this.client.delete(type, key, {
      preconditions: { uid: known.metadata.uid },
    });
  }

  private isAsWanted(
    known: KubernetesObject,
    wanted: KubernetesObject,
    digest: string,
  ): boolean {
    if (known.metadata.annotations?.[appliedDigest] !== digest) return false;
    if (this.settled.get(known.metadata.uid ?? '') === versionOf(known))
      return true;
    if (!covers(known, wanted)) return false;
    this.remember(known);
    return true;
  }

  /**
   * An object is compared once per version. One that the API server or another controller insists on changing is put right
   * once per change of theirs, never in a loop with itself.
   */
  private remember(object: KubernetesObject): void {
    const { uid } = object.metadata;
    if (uid) this.settled.set(uid, versionOf(object));
    if (this.settled.size > mostRemembered)
      this.settled.delete(this.settled.keys().next().value ?? '');
  }
}

/** Status does not count: `generation` where a kind has it. */
function versionOf({ metadata }: KubernetesObject): string {
  return String(metadata.generation ?? metadata.resourceVersion);
}

function controllerUid({ metadata }: KubernetesObject): string | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller)?.uid;
}

function hasSameOwner(
  known: KubernetesObject,
  wanted: KubernetesObject,
): boolean {
  const owner = controllerUid(wanted);
  return owner === undefined
    ? known.metadata.labels?.[labels.managedBy] === managedByGreenroom
    : controllerUid(known) === owner;
}
