import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { ApiError } from '../client/ApiError';
import type { KubeClient, Selectors, WatchEvent } from '../client/KubeClient';
import type { KubernetesObject } from '../objects/KubernetesObject';
import type { ResourceType } from '../objects/ResourceType';
import { backOffMs } from './backOff';

/** Where a {@link Reflector} puts what it sees. */
export interface ReflectorSink<T extends KubernetesObject> {
  /** The whole list as of `resourceVersion`. */
  replace(objects: T[], resourceVersion: string): void;
  apply(event: WatchEvent<T>): void;
}

export interface ReflectorOptions extends Selectors {
  namespace?: string;
  /** Objects per page of a list; default 500, as client-go. */
  pageSize?: number;
  backOff?: { baseMs: number; maxMs: number };
}

const PAGE_SIZE = 500;
const BACK_OFF = { baseMs: 100, maxMs: 10_000 };
/** Each watch lives five to ten minutes, chosen anew, so that many do not end at once (as client-go). */
const MIN_WATCH_SECONDS = 300;
/** Bookmarks come about once a minute, so three silent minutes mean a dead connection. */
const IDLE_TIMEOUT_MS = 180_000;

/**
 * Follows one kind of one API server for ever: lists in pages, watches from there with bookmarks, resumes after any break, lists again when
 * the server has forgotten the version (410), backs off while it cannot be reached.
 */
export class Reflector<T extends KubernetesObject> {
  readonly #client: KubeClient;
  readonly #type: ResourceType<T>;
  readonly #sink: ReflectorSink<T>;
  readonly #options: ReflectorOptions;
  readonly #log: Logger;
  #resourceVersion: string | undefined;
  #failures = 0;
  /** Some servers never send bookmarks: their silence proves nothing. */
  #sawBookmark = false;

  constructor(
    client: KubeClient,
    type: ResourceType<T>,
    sink: ReflectorSink<T>,
    options: ReflectorOptions & { log: Logger },
  ) {
    this.#client = client;
    this.#type = type;
    this.#sink = sink;
    this.#options = options;
    this.#log = options.log;
  }

  /** Follows until the signal aborts; never throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (this.#resourceVersion === undefined) await this.#list(signal);
        await this.#watch(signal);
      } catch (error) {
        if (signal.aborted) return;
        await this.#recover(error, signal);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const objects: T[] = [];
    let next: string | undefined;
    let resourceVersion: string | undefined;
    do {
      const page = await this.#client.list(this.#type, {
        ...this.#scope(),
        limit: this.#options.pageSize ?? PAGE_SIZE,
        continue: next,
        signal,
        timeoutMs: 60_000,
      });
      for (const object of page.items) objects.push(object);
      next = page.metadata.continue || undefined;
      resourceVersion = page.metadata.resourceVersion;
    } while (next);
    this.#resourceVersion = resourceVersion;
    this.#sink.replace(objects, resourceVersion ?? '');
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const timeoutSeconds = Math.round(MIN_WATCH_SECONDS * (1 + Math.random()));
    const events = this.#client.watch(this.#type, {
      ...this.#scope(),
      resourceVersion: this.#resourceVersion,
      allowBookmarks: true,
      timeoutSeconds,
      idleTimeoutMs: this.#sawBookmark ? IDLE_TIMEOUT_MS : undefined,
      signal,
    });
    const started = performance.now();
    let count = 0;
    for await (const event of events) {
      count++;
      this.#failures = 0;
      this.#resourceVersion = event.object.metadata.resourceVersion;
      if (event.type === 'BOOKMARK') this.#sawBookmark = true;
      this.#sink.apply(event);
    }
    // A server that ends each watch at once without a word would otherwise be asked in a busy loop.
    if (!signal.aborted && count === 0 && performance.now() - started < 1000) {
      throw new Error('the server ended the watch at once');
    }
    this.#failures = 0;
  }

  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    if (ApiError.isGone(error)) this.#resourceVersion = undefined;
    const delayMs = backOffMs(
      ++this.#failures,
      this.#options.backOff ?? BACK_OFF,
    );
    const fields = { kind: this.#type.kind, err: error, delayMs };
    if (this.#failures > 2) {
      this.#log.warn(fields, 'cannot follow a kind, trying again');
    } else {
      this.#log.debug(fields, 'a watch ended, resuming');
    }
    await sleep(delayMs, undefined, { signal }).catch(() => undefined);
  }

  #scope() {
    const { namespace, labelSelector, fieldSelector } = this.#options;
    return { namespace, labelSelector, fieldSelector };
  }
}
