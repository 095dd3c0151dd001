import { setTimeout as sleep } from 'node:timers/promises';
import { Deployment, Pod } from '@greenroom/controller-runtime';
import { Agent, type Task } from '@greenroom/kinds';
import { agentType, LaptopCluster, taskType } from '@greenroom/e2e';
import { bareListener, endProgram, startNode } from './harness/NodeProgram';
import { operatorPid } from './harness/operatorProcess';
import { OperatorMetrics } from './harness/OperatorMetrics';
import { readMemory } from './harness/ProcessMemory';
import { atMost, quantile, type BenchContext, type Row } from './harness/Row';

export const title = 'Operator: requests, restart and memory';

const AGENTS = 100;
const TASKS = 1_000;
const AT_ONCE = 20;
const RESTARTS = 5;
const NAMESPACE = 'greenroom-system';
const OPERATOR = 'greenroom-operator';

/** Leases are renewed and watches begin anew meanwhile, so that a quiet moment does not count as all of it. */
const IDLE_MS = 30_000;
/** What was begun before ends meanwhile. */
const SETTLE_MS = 10_000;
/** How often a cluster is asked that is restarting. */
const ASK_EVERY_MS = 10;

export async function run(context: BenchContext): Promise<Row[]> {
  const cluster = await LaptopCluster.start(context.root);
  try {
    await cluster.addAgent('live', undefined, {
      maxConcurrentTasks: AT_ONCE,
    });
    await addSuspendedAgents(cluster);
    const requestsPerSecond = await measureIdle(cluster);
    const reconciles = await measureBurst(cluster);
    await sleep(SETTLE_MS);
    const worked = readMemory(operatorPid(cluster));
    const restarts = await measureRestarts(cluster);
    const podRestarts = await measureBareRestarts(cluster);
    await sleep(SETTLE_MS);
    const fresh = readMemory(operatorPid(cluster));
    const bare = await measureBareMemory();
    return [
      atMost(
        `idle with ${AGENTS} agents, API requests`,
        requestsPerSecond,
        0.5,
        '/s',
      ),
      atMost('reconciles of a task', reconciles.ofTasks, 4, 'reconciles', {
        note: `${reconciles.ofAll.toFixed(2)} with all other controllers'`,
      }),
      atMost(
        'operator deleted → a new task Running, p50',
        quantile(restarts, 0.5),
        2_000,
        'ms',
        {
          baseline: {
            what: "a bare Deployment's pod deleted → the next one Running",
            value: quantile(podRestarts, 0.5),
          },
        },
      ),
      {
        what: 'operator deleted → a new task Running, slowest',
        value: Math.max(...restarts),
        unit: 'ms',
      },
      atMost(
        `memory of its own (RssAnon) after ${TASKS} tasks, ${AGENTS} agents`,
        worked.own,
        120,
        'MiB',
        { baseline: { what: 'bare Node with one listener', value: bare.own } },
      ),
      atMost('the same after a restart', fresh.own, 120, 'MiB', {
        baseline: { what: 'bare Node with one listener', value: bare.own },
      }),
      {
        what: 'resident after the work',
        value: worked.resident,
        unit: 'MiB',
        baseline: { what: 'bare Node with one listener', value: bare.resident },
      },
    ];
  } finally {
    await cluster.stop();
  }
}

async function addSuspendedAgents(cluster: LaptopCluster): Promise<void> {
  const { items: others } = await cluster.client.list(agentType);
  const names = Array.from(
    { length: AGENTS - others.length },
    (_, index) => `suspended-${index}`,
  );
  for (const name of names) {
    await cluster.client.create(agentType, {
      apiVersion: Agent.apiVersion,
      kind: Agent.kind,
      metadata: { name, namespace: 'default' },
      spec: {
        mode: 'System',
        goal: { inline: 'steps: [{ name: nothing, status: done }]' },
        suspend: true,
      },
    } as Agent);
  }
  await cluster.until('the operator has seen every agent', async () => {
    const { items } = await cluster.client.list(agentType);
    return (
      items.length === AGENTS &&
      items.every(
        ({ metadata, status }) =>
          status?.observedGeneration === metadata.generation,
      )
    );
  });
}

async function measureIdle({ client }: LaptopCluster): Promise<number> {
  await sleep(SETTLE_MS);
  const requests = (metrics: OperatorMetrics) =>
    metrics.sum('rest_client_requests_total');
  const before = await OperatorMetrics.read(client);
  const started = performance.now();
  await sleep(IDLE_MS);
  const after = await OperatorMetrics.read(client);
  const seconds = (performance.now() - started) / 1000;
  return (requests(after) - requests(before)) / seconds;
}

/** All tasks at once on one agent; how often each was reconciled. */
async function measureBurst(cluster: LaptopCluster) {
  const { client } = cluster;
  const name = 'controller_runtime_reconcile_total';
  const before = await OperatorMetrics.read(client);
  const finished = new Set<string>();
  const failed: string[] = [];
  const stop = new AbortController();
  const watching = cluster.observe<Task>(taskType, stop.signal, task => {
    if (!task.status?.completionTime) return;
    finished.add(task.metadata.name!);
    if (task.status.phase !== 'Completed') failed.push(task.metadata.name!);
  });
  const names = Array.from({ length: TASKS }, (_, index) => `task-${index}`);
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = names.pop(); next; next = names.pop()) {
        await cluster.createTask('live', next);
      }
    }),
  );
  await cluster.until(
    `${TASKS} tasks are finished`,
    async () => finished.size === TASKS,
  );
  stop.abort();
  await watching;
  if (failed.length) throw new Error(`${failed.length} tasks failed.`);
  const after = await OperatorMetrics.read(client);
  const perTask = (label?: string) =>
    (after.sum(name, label) - before.sum(name, label)) / TASKS;
  return { ofTasks: perTask('controller="task"'), ofAll: perTask() };
}

/** From the deletion of the operator's pod until a task created after it runs. */
async function measureRestarts(cluster: LaptopCluster): Promise<number[]> {
  const samples: number[] = [];
  for (let index = 0; index < RESTARTS; index += 1) {
    await sleep(SETTLE_MS / 5);
    const pod = await onlyPod(cluster, NAMESPACE, OPERATOR);
    const started = performance.now();
    await cluster.client.delete(Pod, { namespace: NAMESPACE, name: pod });
    const name = `after-restart-${index}`;
    // Refused while nobody answers the admission webhook: the person tries again.
    while (!(await wasCreated(cluster, name))) await sleep(ASK_EVERY_MS);
    for (;;) {
      const { status } = await cluster.task(name);
      if (status?.startTime) break;
      await sleep(ASK_EVERY_MS);
    }
    samples.push(performance.now() - started);
    await cluster.untilFinished(name);
  }
  return samples;
}

async function wasCreated(cluster: LaptopCluster, name: string) {
  return cluster.createTask('live', name).then(
    () => true,
    () => false,
  );
}

/** The same for a Deployment whose program does nothing: what any restart costs here. */
async function measureBareRestarts(cluster: LaptopCluster): Promise<number[]> {
  const { client } = cluster;
  const name = 'bare';
  const labels = { 'app.kubernetes.io/name': name };
  await client.create(Deployment, {
    metadata: { name, namespace: 'default' },
    spec: {
      replicas: 1,
      strategy: { type: 'Recreate' },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name,
              image: 'busybox',
              command: ['sh', '-c', 'trap "exit 0" TERM; sleep 600 & wait'],
            },
          ],
        },
      },
    },
  } as Deployment);
  const running = (but?: string) =>
    cluster.until('a bare pod runs', () =>
      onlyPod(cluster, 'default', name, but).catch(() => undefined),
    );
  const samples: number[] = [];
  let pod = await running();
  for (let index = 0; index < RESTARTS; index += 1) {
    const started = performance.now();
    await client.delete(Pod, { namespace: 'default', name: pod });
    pod = await running(pod);
    samples.push(performance.now() - started);
  }
  return samples;
}

/** Name of the running pod of a program, other than one that goes. */
async function onlyPod(
  { client }: LaptopCluster,
  namespace: string,
  program: string,
  but?: string,
): Promise<string> {
  const { items } = await client.list(Pod, {
    namespace,
    labelSelector: `app.kubernetes.io/name=${program}`,
  });
  const pod = items.find(
    ({ metadata, status }) =>
      metadata.name !== but &&
      !metadata.deletionTimestamp &&
      status?.phase === 'Running',
  );
  if (!pod) throw new Error(`No pod of ${program} runs in ${namespace}.`);
  return pod.metadata.name!;
}

async function measureBareMemory() {
  const HOST = '127.77.31.10';
  const env = { HOST, PORT: '9091' };
  const { child } = await startNode(
    ['-e', bareListener],
    env,
    `http://${HOST}:9091/`,
  );
  try {
    await sleep(SETTLE_MS);
    return readMemory(child.pid!);
  } finally {
    await endProgram(child);
  }
}
