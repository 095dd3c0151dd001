import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { KubeClient } from '../client/KubeClient';
import type { WorkQueue } from '../queue/WorkQueue';

/** Prometheus metrics of controllers, queues and the client, under controller-runtime's and client-go's names. */
export class ControllerMetrics {
  readonly #reconciles: Counter<'controller' | 'result'>;
  readonly #durations: Histogram<'controller'>;
  readonly #requests: Counter<'method' | 'code'>;
  readonly #queues = new Map<string, WorkQueue>();

  constructor(registry: Registry) {
    const registers = [registry];
    const queues = this.#queues;
    this.#reconciles = new Counter({
      name: 'controller_runtime_reconcile_total',
      help: 'Reconciles, by controller and result.',
      labelNames: ['controller', 'result'],
      registers,
    });
    this.#durations = new Histogram({
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'How long reconciles took.',
      labelNames: ['controller'],
      buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30],
      registers,
    });
    this.#requests = new Counter({
      name: 'rest_client_requests_total',
      help: 'Requests to the API server, by method and status code; code 0 was never answered.',
      labelNames: ['method', 'code'],
      registers,
    });
    // The registry keeps the gauge and asks it at each scrape.
    void new Gauge({
      name: 'workqueue_depth',
      help: 'Keys that wait, by controller.',
      labelNames: ['name'],
      registers,
      collect() {
        for (const [name, queue] of queues) this.set({ name }, queue.size);
      },
    });
  }

  reconciled(
    controller: string,
    result: 'success' | 'error',
    durationMs: number,
  ): void {
    this.#reconciles.inc({ controller, result });
    this.#durations.observe({ controller }, durationMs / 1000);
  }

  watchQueue(name: string, queue: WorkQueue): void {
    this.#queues.set(name, queue);
  }

  /** Counts the client's requests from now on. */
  watchClient(client: KubeClient): void {
    client.onRequest(({ method, code }) =>
      this.#requests.inc({ method, code: String(code) }),
    );
  }
}
