import type { Logger } from 'pino';
import type { Cache } from '../cache/Cache';
import type { InformerEvent, InformerOptions } from '../cache/Informer';
import type { KubernetesObject } from '../objects/KubernetesObject';
import {
  formatKey,
  keyOf,
  parseKey,
  type ObjectKey,
} from '../objects/ObjectKey';
import type { ResourceType } from '../objects/ResourceType';
import type { ControllerMetrics } from '../observability/ControllerMetrics';
import { WorkQueue, type WorkQueueOptions } from '../queue/WorkQueue';
import { ownerKey } from './ownerKey';
import { TerminalError, type Reconciler } from './Reconciler';

export interface ControllerOptions extends WorkQueueOptions {
  /** Also the value of the metrics' label `controller`. */
  name: string;
  reconciler: Reconciler;
  /** How many keys are reconciled at a time; default 4. */
  workers?: number;
  cache: Cache;
  log: Logger;
  metrics?: ControllerMetrics;
}

/** How one source of events leads to keys. */
export interface SourceOptions<T extends KubernetesObject> {
  /** Events it refuses are not even queued. */
  predicate?: (event: InformerEvent<T>) => boolean;
  /** Queue priority; default 0. */
  priority?: (object: T) => number;
  informer?: InformerOptions<T>;
}

/** Feeds a {@link Reconciler} with the keys that events lead to, N at a time, with back-off per key. */
export class Controller {
  readonly name: string;
  readonly queue: WorkQueue;
  readonly #options: ControllerOptions;
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  #primary: ResourceType | undefined;
  #workers: Promise<void>[] = [];
  /** Events that came before the start, in order: a queue that nobody reads may not grow with other replicas' work. */
  readonly #attach: (() => () => void)[] = [];
  #detach: (() => void)[] = [];

  constructor(options: ControllerOptions) {
    this.name = options.name;
    this.#options = options;
    this.#log = options.log.child({ controller: options.name });
    this.queue = new WorkQueue(options);
  }

  /** Reconciles the objects of this type: each event of one queues its own key. */
  for<T extends KubernetesObject>(
    type: ResourceType<T>,
    options: SourceOptions<T> = {},
  ): this {
    this.#primary = type;
    return this.watches(type, object => [keyOf(object)], options);
  }

  /** An event of an object of this type queues its controller, if that is of the type given to {@link for} before. */
  owns<T extends KubernetesObject>(
    type: ResourceType<T>,
    options: SourceOptions<T> = {},
  ): this {
    const owner = this.#primary;
    if (!owner) {
      throw new Error(
        `Controller "${this.name}": call for() before owns(), which maps to that type.`,
      );
    }
    const toOwner = (object: T) => {
      const key = ownerKey(object, owner);
      return key ? [key] : [];
    };
    return this.watches(type, toOwner, options);
  }

  /** An event of an object of this type queues the keys that `map` answers; of an update for its old state as well. */
  watches<T extends KubernetesObject>(
    type: ResourceType<T>,
    map: (object: T) => Iterable<ObjectKey>,
    options: SourceOptions<T> = {},
  ): this {
    const informer = this.#options.cache.informer(type, options.informer);
    this.#attach.push(() =>
      informer.addHandler(event => this.#receive(event, map, options)),
    );
    return this;
  }

  /** Queues a key from outside, such as a source that is no Kubernetes object. */
  enqueue(key: ObjectKey, options: { priority?: number } = {}): void {
    this.queue.add(formatKey(key), options);
  }

  start(): void {
    for (const attach of this.#attach) this.#detach.push(attach());
    const workers = this.#options.workers ?? 4;
    this.#workers = Array.from({ length: workers }, () => this.#work());
  }

  /** Takes no more keys, tells running reconciles to end, and waits for them. */
  async stop(): Promise<void> {
    for (const detach of this.#detach.splice(0)) detach();
    this.queue.shutDown();
    this.#stopping.abort();
    await Promise.all(this.#workers);
  }

  #receive<T extends KubernetesObject>(
    event: InformerEvent<T>,
    map: (object: T) => Iterable<ObjectKey>,
    options: SourceOptions<T>,
  ): void {
    if (options.predicate && !options.predicate(event)) return;
    const priority = options.priority?.(event.object);
    for (const key of map(event.object)) this.enqueue(key, { priority });
    if (event.type !== 'updated') return;
    for (const key of map(event.old)) this.enqueue(key, { priority });
  }

  async #work(): Promise<void> {
    for (;;) {
      const key = await this.queue.take();
      if (key === undefined) return;
      try {
        await this.#reconcile(key);
      } finally {
        this.queue.done(key);
      }
    }
  }

  async #reconcile(key: string): Promise<void> {
    const { reconciler, metrics } = this.#options;
    const started = performance.now();
    try {
      const result = await reconciler.reconcile(parseKey(key), {
        signal: this.#stopping.signal,
        log: this.#log.child({ key }),
      });
      this.queue.forget(key);
      if (result?.requeueAfter !== undefined) {
        this.queue.addAfter(key, result.requeueAfter);
      }
      metrics?.reconciled(this.name, 'success', performance.now() - started);
    } catch (error) {
      metrics?.reconciled(this.name, 'error', performance.now() - started);
      this.#failed(key, error);
    }
  }

  #failed(key: string, error: unknown): void {
    if (this.#stopping.signal.aborted) return;
    if (error instanceof TerminalError) {
      this.queue.forget(key);
      this.#log.error({ key, err: error }, 'reconcile failed for good');
      return;
    }
    const delayMs = Math.round(this.queue.addRateLimited(key));
    // One lost race for an object is daily business.
    const level = this.queue.failures(key) > 1 ? 'warn' : 'debug';
    this.#log[level](
      { key, delayMs, err: error },
      'reconcile failed, retrying',
    );
  }
}
