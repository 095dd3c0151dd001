import type { Logger } from 'pino';
import { Cache } from '../cache/Cache';
import type { KubeClient } from '../client/KubeClient';
import type { LeaderElector } from '../election/LeaderElector';
import type { ControllerMetrics } from '../observability/ControllerMetrics';
import { Controller, type ControllerOptions } from './Controller';

/** Something else that lives as long as the manager. */
export interface Runnable {
  /** For log lines. */
  readonly name: string;
  /** Whether it waits for leadership, as controllers do; default true. */
  readonly needsLeadership?: boolean;
  start(): Promise<void> | void;
  stop(): Promise<void> | void;
}

export interface ManagerOptions {
  client: KubeClient;
  log: Logger;
  /** Default: a cache of its own. */
  cache?: Cache;
  metrics?: ControllerMetrics;
  /** Without one the manager leads at once. */
  elector?: LeaderElector;
  /** How long the first lists may take, in milliseconds; default 60,000. */
  syncTimeoutMs?: number;
}

/** Starts and stops what a controller program consists of, in order: caches, leadership, controllers. */
export class Manager {
  readonly client: KubeClient;
  readonly cache: Cache;
  readonly log: Logger;
  readonly #options: ManagerOptions;
  readonly #controllers: Controller[] = [];
  readonly #runnables: Runnable[] = [];
  readonly #started: Runnable[] = [];
  #leads = false;
  #stopped: Promise<void> | undefined;
  #lost!: (error: Error) => void;
  /** Rejects when leadership is lost: the program should end and start anew, because another replica works now. */
  readonly lost: Promise<never> = new Promise((_, reject) => {
    this.#lost = reject;
  });

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.client = options.client;
    this.log = options.log;
    this.cache = options.cache ?? new Cache(options.client, options);
    // Whoever does not wait for it is told through the log alone.
    this.lost.catch(error => this.log.error({ err: error }, 'leadership lost'));
  }

  /** Whether controllers run here. */
  get leads(): boolean {
    return this.#leads;
  }

  /** Makes a controller that starts and stops with the manager; declare its sources on the result. */
  controller(
    options: Omit<ControllerOptions, 'cache' | 'log' | 'metrics'>,
  ): Controller {
    const controller = new Controller({
      ...options,
      cache: this.cache,
      log: this.log,
      metrics: this.#options.metrics,
    });
    this.#options.metrics?.watchQueue(controller.name, controller.queue);
    this.#controllers.push(controller);
    return controller;
  }

  /** Adds something that starts before the controllers, in order of adding, and stops after them in reverse order. */
  add(runnable: Runnable): void {
    this.#runnables.push(runnable);
  }

  /** Fills the cache, waits for leadership, and starts everything. Resolves when the controllers run. */
  async start(): Promise<void> {
    this.cache.start();
    await this.#startRunnables(runnable => runnable.needsLeadership === false);
    const timeoutMs = this.#options.syncTimeoutMs ?? 60_000;
    const { elector } = this.#options;
    // Both at once: a standby has its cache warm, and a restart waits for the slower of the two only.
    await Promise.all([
      this.cache.waitForSync({ timeoutMs }),
      elector?.acquire({ onLost: error => this.#loseLeadership(error) }),
    ]);
    if (this.#stopped) return;
    await this.#startRunnables(runnable => runnable.needsLeadership !== false);
    if (this.#stopped) return;
    for (const controller of this.#controllers) controller.start();
    this.#leads = true;
    this.log.info('controllers started');
  }

  /** Stops in reverse order: controllers, runnables, leadership (released, so that another takes over at once), cache. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #startRunnables(
    belongs: (runnable: Runnable) => boolean,
  ): Promise<void> {
    for (const runnable of this.#runnables.filter(belongs)) {
      await runnable.start();
      this.#started.push(runnable);
    }
  }

  async #stop(): Promise<void> {
    this.#leads = false;
    await Promise.all(this.#controllers.map(each => each.stop()));
    for (const runnable of this.#started.splice(0).reverse()) {
      await runnable.stop();
    }
    await this.#options.elector?.release();
    await this.cache.stop();
  }

  #loseLeadership(error: Error): void {
    this.#leads = false;
    this.#lost(error);
  }
}
