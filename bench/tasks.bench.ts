import { setTimeout as sleep } from 'node:timers/promises';
import type { Task } from '@greenroom/kinds';
import { LaptopCluster, taskType } from '@greenroom/e2e';
import { atMost, quantile, type BenchContext, type Row } from './harness/Row';

export const title = 'Tasks on a live agent';

const SAMPLES = 60;
const SLOTS = 5;
const QUEUED = 100;

interface Times {
  created?: number;
  running?: number;
  completed?: number;
}

/** When each task was seen to be created, running and completed, in milliseconds of this process. */
class TaskTimes {
  readonly times = new Map<string, Times>();

  see({ metadata, status }: Task) {
    const times = this.times.get(metadata.name!) ?? {};
    this.times.set(metadata.name!, times);
    const now = performance.now();
    const hasBegun =
      status?.phase === 'Running' || status?.phase === 'Completed';
    if (hasBegun) times.running ??= now;
    if (status?.phase === 'Completed') times.completed ??= now;
  }

  created(name: string) {
    this.times.set(name, { created: performance.now() });
  }

  completedCount() {
    return [...this.times.values()].filter(({ completed }) => completed).length;
  }
}

export async function run(context: BenchContext): Promise<Row[]> {
  const cluster = await LaptopCluster.start(context.root);
  const stop = new AbortController();
  const seen = new TaskTimes();
  const watching = cluster.observe<Task>(taskType, stop.signal, task =>
    seen.see(task),
  );
  try {
    await cluster.addAgent('one');
    await cluster.addAgent('slots', undefined, { maxConcurrentTasks: SLOTS });
    const roundTrip = await measureRoundTrip(cluster);
    const single = await measureSingles(cluster, seen);
    const { idle, requestsPerTask } = await measureQueue(cluster, seen);
    const baseline = { what: 'one API write', value: roundTrip };
    return [
      atMost(
        'created → Running, p50',
        quantile(single.running, 0.5),
        50,
        'ms',
        {
          baseline,
        },
      ),
      atMost(
        'created → Running, p99',
        quantile(single.running, 0.99),
        250,
        'ms',
      ),
      atMost(
        'created → Completed, p50',
        quantile(single.completed, 0.5),
        250,
        'ms',
        { baseline },
      ),
      atMost(
        `${QUEUED} tasks over ${SLOTS} slots: a freed slot idle, p50`,
        quantile(idle, 0.5),
        20,
        'ms',
        { baseline },
      ),
      atMost('API requests a task', requestsPerTask, 8, 'requests'),
    ];
  } finally {
    stop.abort();
    await watching;
    await cluster.stop();
  }
}

async function measureRoundTrip({ client }: LaptopCluster): Promise<number> {
  const samples: number[] = [];
  for (let index = 0; index < SAMPLES; index += 1) {
    const started = performance.now();
    await client.apply(
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        plural: 'configmaps',
        scope: 'Namespaced',
      },
      {
        metadata: {
          name: 'round-trip',
          namespace: 'default',
          labels: { index: String(index) },
        },
      },
    );
    samples.push(performance.now() - started);
  }
  return quantile(samples, 0.5);
}

async function measureSingles(cluster: LaptopCluster, seen: TaskTimes) {
  const running: number[] = [];
  const completed: number[] = [];
  for (let index = 0; index < SAMPLES; index += 1) {
    const name = `single-${index}`;
    seen.created(name);
    await cluster.createTask('one', name);
    const times = seen.times.get(name)!;
    while (!times.completed) await sleep(1);
    running.push(times.running! - times.created!);
    completed.push(times.completed - times.created!);
  }
  return { running, completed };
}

async function measureQueue(cluster: LaptopCluster, seen: TaskTimes) {
  const before = await operatorRequests(cluster);
  const names = Array.from({ length: QUEUED }, (_, index) => `queued-${index}`);
  for (const name of names) {
    seen.created(name);
  }
  const done = seen.completedCount();
  await Promise.all(names.map(name => cluster.createTask('slots', name)));
  while (seen.completedCount() < done + QUEUED) await sleep(5);
  const after = await operatorRequests(cluster);
  const times = names.map(name => seen.times.get(name)!);
  // The n-th completion frees the slot of the (n + SLOTS)-th start.
  const ends = times.map(({ completed }) => completed!).sort((a, b) => a - b);
  const starts = times.map(({ running }) => running!).sort((a, b) => a - b);
  const idle = starts
    .slice(SLOTS)
    .map((start, index) => Math.max(0, start - ends[index]));
  return { idle, requestsPerTask: (after - before) / QUEUED };
}

/** Requests that the operator sent to the API server, from its own metrics. */
async function operatorRequests({ client }: LaptopCluster): Promise<number> {
  const metrics = await client.raw({
    method: 'GET',
    path: '/api/v1/namespaces/greenroom-system/services/greenroom-operator:metrics/proxy/metrics',
  });
  return metrics
    .split('\n')
    .filter(line => line.startsWith('rest_client_requests_total'))
    .reduce((sum, line) => sum + Number(line.split(' ').pop()), 0);
}
