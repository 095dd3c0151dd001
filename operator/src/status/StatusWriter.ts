import type {
  Applied,
  Cache,
  KubeClient,
  KubernetesObject,
  ResourceType,
} from '@greenroom/controller-runtime';
import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';

/** A kind whose status is written: the definition from `@greenroom/kinds`. */
interface StatusKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly status: z.ZodObject;
}

interface StatusObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly resourceVersion?: string;
  };
  readonly status?: unknown;
}

/** Writes statuses by server-side apply, and nothing at all when nothing changed. */
export class StatusWriter {
  constructor(
    private readonly client: KubeClient,
    private readonly cache: Cache,
  ) {}

  /**
   * Makes the status of `object` what is given, as a whole: what is left out is removed.
   *
   * @param options.onlyIfUnchanged - fail with a conflict when somebody changed the object since it was read
   * @returns whether anything was written
   */
  async write<Status>(
    kind: StatusKind,
    object: StatusObject & { status?: Status },
    status: NonNullable<Status>,
    options: { onlyIfUnchanged?: boolean } = {},
  ): Promise<boolean> {
    const wanted = normal(kind, status);
    if (isDeepStrictEqual(wanted, normal(kind, object.status ?? {})))
      return false;
    const { name, namespace, resourceVersion } = object.metadata;
    const type = kind as ResourceType;
    const written = await this.client.applyStatus(type, {
      metadata: {
        name,
        ...(namespace ? { namespace } : {}),
        ...(options.onlyIfUnchanged ? { resourceVersion } : {}),
      },
      status: wanted,
    } as Applied<KubernetesObject>);
    this.cache.informer(type).observe(written);
    return true;
  }
}

/** Defaults filled in and nothing undefined, as the API server returns it. */
function normal(kind: StatusKind, status: unknown): unknown {
  return JSON.parse(JSON.stringify(kind.status.parse(status)));
}
