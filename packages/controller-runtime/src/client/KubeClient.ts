import type { IncomingMessage } from 'node:http';
import type {
  KubernetesList,
  KubernetesObject,
} from '../objects/KubernetesObject';
import type { ObjectKey } from '../objects/ObjectKey';
import type { ResourceType } from '../objects/ResourceType';
import { ApiError, type StatusBody } from './ApiError';
import type { ClusterAccess } from './ClusterAccess';
import {
  HttpTransport,
  type RequestObserver,
  type TransportRequest,
} from './HttpTransport';
import { readLines } from './readLines';
import { resourcePath } from './resourcePath';

/** Options that every request takes. */
export interface CallOptions {
  signal?: AbortSignal;
  /** How long to wait for an answer, in milliseconds; default 30,000. */
  timeoutMs?: number;
}

/** What every write takes. */
export interface WriteOptions extends CallOptions {
  /** Default: the client's. */
  fieldManager?: string;
  dryRun?: boolean;
  /** Default `Strict`, so that a field nobody knows is an error and not lost silently. */
  fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
}

export interface ApplyOptions extends WriteOptions {
  /** Takes over fields of other managers; default true, as controllers do. */
  force?: boolean;
}

export interface PatchOptions extends WriteOptions {
  subresource?: string;
  force?: boolean;
}

export interface Selectors {
  labelSelector?: string;
  fieldSelector?: string;
}

export interface ListOptions extends CallOptions, Selectors {
  namespace?: string;
  /** Objects per page. */
  limit?: number;
  continue?: string;
  resourceVersion?: string;
  resourceVersionMatch?: 'NotOlderThan' | 'Exact';
}

export interface WatchOptions extends Selectors {
  namespace?: string;
  resourceVersion?: string;
  /** The server ends the watch after so long. */
  timeoutSeconds?: number;
  allowBookmarks?: boolean;
  sendInitialEvents?: boolean;
  signal?: AbortSignal;
  /** A watch without any byte for so long is taken for dead, in milliseconds. */
  idleTimeoutMs?: number;
}

export interface DeleteOptions extends CallOptions {
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  gracePeriodSeconds?: number;
  preconditions?: { uid?: string; resourceVersion?: string };
}

/** One event of a watch; an `ERROR` from the server is thrown as {@link ApiError} instead. */
export interface WatchEvent<T extends KubernetesObject = KubernetesObject> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  object: T;
}

/** An object to apply: named and typed by the call, so `apiVersion` and `kind` are filled in. */
export type Applied<T extends KubernetesObject> = DeepPartial<T> & {
  metadata: { name: string; namespace?: string };
};

/** `T` with every field optional at any depth; lists stay whole. */
export type DeepPartial<T> = T extends readonly unknown[]
  ? T
  : T extends object
  ? { [Key in keyof T]?: DeepPartial<T[Key]> }
  : T;

/** The media types of the patches an API server takes. */
export const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/**
 * A typed client of one API server over kept-alive connections. It never retries a write; reads are repeated once when an idle
 * connection was closed under them, and throttled requests (429) as the server asks.
 */
export class KubeClient {
  readonly access: ClusterAccess;
  readonly fieldManager: string;
  readonly #transport: HttpTransport;

  constructor(
    access: ClusterAccess,
    options: { fieldManager?: string; userAgent?: string } = {},
  ) {
    this.access = access;
    this.fieldManager = options.fieldManager ?? 'greenroom';
    this.#transport = new HttpTransport(
      access,
      options.userAgent ?? this.fieldManager,
    );
  }

  /** Requests sent since the start, retries and watches included. */
  get requestCount(): number {
    return this.#transport.sent;
  }

  /** Calls `observer` after each request; returns the function that ends it. */
  onRequest(observer: RequestObserver): () => void {
    return this.#transport.observe(observer);
  }

  /** Reads one object. Throws {@link ApiError} 404 if there is none. */
  get<T extends KubernetesObject>(
    type: ResourceType<T>,
    key: ObjectKey,
    options: CallOptions & { subresource?: string } = {},
  ): Promise<T> {
    const { subresource, ...call } = options;
    return this.#json<T>({
      ...call,
      method: 'GET',
      path: resourcePath(type, { ...key, subresource }),
    });
  }

  /** Reads one object, or `undefined` if there is none. */
  async find<T extends KubernetesObject>(
    type: ResourceType<T>,
    key: ObjectKey,
    options: CallOptions = {},
  ): Promise<T | undefined> {
    try {
      return await this.get(type, key, options);
    } catch (error) {
      if (ApiError.isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** One page of a list: everything, unless `limit` is set. */
  list<T extends KubernetesObject>(
    type: ResourceType<T>,
    options: ListOptions = {},
  ): Promise<KubernetesList<T>> {
    const { namespace, signal, timeoutMs, ...query } = options;
    return this.#json<KubernetesList<T>>({
      method: 'GET',
      path: resourcePath(type, { namespace }),
      query,
      signal,
      timeoutMs,
    });
  }

  /** Creates; `metadata.namespace` says where. Throws {@link ApiError} `AlreadyExists`. */
  create<T extends KubernetesObject>(
    type: ResourceType<T>,
    object: T,
    options: WriteOptions = {},
  ): Promise<T> {
    return this.#write<T>('POST', type, {
      target: { namespace: object.metadata.namespace },
      body: typed(type, object),
      options,
    });
  }

  /** Replaces; with `metadata.resourceVersion` only if nobody changed it meanwhile. */
  update<T extends KubernetesObject>(
    type: ResourceType<T>,
    object: T,
    options: WriteOptions & { subresource?: string } = {},
  ): Promise<T> {
    const { subresource, ...write } = options;
    const { namespace, name } = object.metadata;
    return this.#write<T>('PUT', type, {
      target: { namespace, name, subresource },
      body: typed(type, object),
      options: write,
    });
  }

  /** Patches; `kind` chooses the patch's dialect, for example `merge`. */
  patch<T extends KubernetesObject>(
    type: ResourceType<T>,
    key: ObjectKey,
    kind: Exclude<keyof typeof patchTypes, 'apply'>,
    patch: unknown,
    options: PatchOptions = {},
  ): Promise<T> {
    const { subresource, ...write } = options;
    return this.#write<T>('PATCH', type, {
      target: { ...key, subresource },
      body: patch,
      contentType: patchTypes[kind],
      options: write,
    });
  }

  /** Server-side apply of the fields given, under the client's field manager, forced unless said otherwise. */
  apply<T extends KubernetesObject>(
    type: ResourceType<T>,
    object: Applied<T>,
    options: ApplyOptions & { subresource?: string } = {},
  ): Promise<T> {
    const { subresource, force = true, ...write } = options;
    const { namespace, name } = object.metadata;
    return this.#write<T>('PATCH', type, {
      target: { namespace, name, subresource },
      body: typed(type, object),
      contentType: patchTypes.apply,
      options: write,
      query: { force },
    });
  }

  /** Server-side apply to the status alone. */
  applyStatus<T extends KubernetesObject>(
    type: ResourceType<T>,
    object: Applied<T>,
    options: ApplyOptions = {},
  ): Promise<T> {
    return this.apply(type, object, { ...options, subresource: 'status' });
  }

  /** Deletes one object; one that is already gone is no error. */
  async delete(
    type: ResourceType,
    key: ObjectKey,
    options: DeleteOptions = {},
  ): Promise<void> {
    try {
      await this.#json(this.#deletion(resourcePath(type, key), options));
    } catch (error) {
      if (!ApiError.isNotFound(error)) throw error;
    }
  }

  /** Deletes all objects that match. */
  async deleteCollection(
    type: ResourceType,
    options: DeleteOptions & Selectors & { namespace?: string } = {},
  ): Promise<void> {
    const { namespace, labelSelector, fieldSelector, ...deletion } = options;
    await this.#json({
      ...this.#deletion(resourcePath(type, { namespace }), deletion),
      query: { labelSelector, fieldSelector },
    });
  }

  /**
   * The events of a watch, until the server ends it, the signal aborts (then it just ends) or it breaks (then it throws).
   * Resuming is the caller's work; `Informer` does it.
   */
  async *watch<T extends KubernetesObject>(
    type: ResourceType<T>,
    options: WatchOptions = {},
  ): AsyncGenerator<WatchEvent<T>> {
    const { namespace, signal, idleTimeoutMs, allowBookmarks, ...rest } =
      options;
    const query: TransportRequest['query'] = {
      watch: true,
      allowWatchBookmarks: allowBookmarks,
      ...rest,
    };
    if (rest.sendInitialEvents) query.resourceVersionMatch = 'NotOlderThan';
    const path = resourcePath(type, { namespace });
    let response: IncomingMessage | undefined;
    try {
      response = await this.#transport.send({
        method: 'GET',
        path,
        query,
        signal,
      });
      if (idleTimeoutMs) destroyWhenIdle(response, path, idleTimeoutMs);
      for await (const line of readLines(response)) {
        yield watchEvent<T>(line, `GET ${path}`);
      }
    } catch (error) {
      if (signal?.aborted) return;
      throw error;
    } finally {
      response?.destroy();
    }
  }

  /** Any request: a path such as `/version`, the answer's body as text. */
  raw(request: TransportRequest): Promise<string> {
    return this.#transport.text(request);
  }

  /** Any request whose answer is streamed, such as a pod's log. The caller reads or destroys it. */
  stream(request: TransportRequest): Promise<IncomingMessage> {
    return this.#transport.send(request);
  }

  /** POSTs to a virtual resource such as TokenReview or SubjectAccessReview and returns the answer. */
  review<T extends KubernetesObject>(
    type: ResourceType<T>,
    body: Omit<T, 'metadata'>,
    options: CallOptions = {},
  ): Promise<T> {
    return this.#json<T>({
      ...options,
      method: 'POST',
      path: resourcePath(type),
      body: JSON.stringify(typed(type, body)),
    });
  }

  /** Closes all connections, watches included. */
  close(): void {
    this.#transport.close();
  }

  #write<T>(
    method: 'POST' | 'PUT' | 'PATCH',
    type: ResourceType,
    request: {
      target: { namespace?: string; name?: string; subresource?: string };
      body: unknown;
      contentType?: string;
      options: WriteOptions;
      query?: TransportRequest['query'];
    },
  ): Promise<T> {
    const { options } = request;
    return this.#json<T>({
      method,
      path: resourcePath(type, request.target),
      query: {
        fieldManager: options.fieldManager ?? this.fieldManager,
        fieldValidation: options.fieldValidation ?? 'Strict',
        dryRun: options.dryRun ? 'All' : undefined,
        ...request.query,
      },
      body: JSON.stringify(request.body),
      contentType: request.contentType,
      signal: options.signal,
      timeoutMs: options.timeoutMs,
    });
  }

  #deletion(path: string, options: DeleteOptions): TransportRequest {
    const { signal, timeoutMs, ...body } = options;
    return {
      method: 'DELETE',
      path,
      signal,
      timeoutMs,
      body: JSON.stringify({
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: 'Background',
        ...body,
      }),
    };
  }

  async #json<T>(request: TransportRequest): Promise<T> {
    return JSON.parse(await this.#transport.text(request)) as T;
  }
}

function typed(type: ResourceType, object: object): object {
  return { ...object, apiVersion: type.apiVersion, kind: type.kind };
}

function watchEvent<T extends KubernetesObject>(
  line: string,
  request: string,
): WatchEvent<T> {
  const event = JSON.parse(line) as {
    type: WatchEvent['type'] | 'ERROR';
    object: T;
  };
  if (event.type !== 'ERROR') return { type: event.type, object: event.object };
  const status = event.object as unknown as StatusBody;
  throw new ApiError(
    status.code ?? 500,
    status.reason ?? '',
    status.message ?? 'the watch ended with an error',
    request,
    status,
  );
}

function destroyWhenIdle(
  response: IncomingMessage,
  path: string,
  idleTimeoutMs: number,
): void {
  response.setTimeout(idleTimeoutMs, () =>
    response.destroy(
      new Error(
        `GET ${path}: the watch was silent for ${idleTimeoutMs} ms and is taken for dead.`,
      ),
    ),
  );
  // The connection may serve other requests afterwards.
  response.on('end', () => response.socket?.setTimeout(0));
}
