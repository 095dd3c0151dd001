import { ConfigMap, type KubeClient } from '@greenroom/controller-runtime';
import { Task } from '@greenroom/kinds';
import { taskType } from '@greenroom/e2e';
import {
  installKind,
  startDevclusterServer,
  startRealServer,
  type ApiServer,
} from './harness/ApiServers';
import { closedLoop, openLoop } from './harness/load';
import { atMost, quantile, type BenchContext, type Row } from './harness/Row';

export const title = "devcluster's API server beside the real kube-apiserver";

const OBJECTS = 500;
const CALLERS = 16;
const ROUNDS = 3;
const OPEN_MS = 1_500;
const CLOSED_MS = 1_500;
const WARM_UP_MS = 500;
const FAN_OUTS = 3;
/** A driver that is later than this measures itself. */
const DRIVER_DELAY_MS = 10;
const WATCHERS = 50;
const EVENTS = 200;
const REAL = 'kube-apiserver';
const NAMESPACE = 'default';

/** One reading of one server. */
interface Figure {
  what: string;
  unit: string;
  value: number;
  /** What it must not be above for the others to count. */
  limit?: number;
}

export async function run(context: BenchContext): Promise<Row[]> {
  const servers: ApiServer[] = [];
  try {
    servers.push(await startDevclusterServer(context));
    servers.push(await startRealServer(context));
    for (const server of servers) {
      await installKind(server, context.root, 'tasks');
      await fill(server);
    }
    const rows: Row[] = [];
    for (const operation of operations()) {
      const [ours, real] = await measureRequests(servers, operation);
      rows.push(...ours.map((figure, index) => rowOf(figure, real[index])));
    }
    const [ours, real] = await inTurn(servers, FAN_OUTS, measureFanOut);
    rows.push(
      ...ours[0].map(({ what, unit }, index) => {
        const middle = (rounds: Figure[][]) =>
          quantile(
            rounds.map(round => round[index].value),
            0.5,
          );
        const baseline = { what: REAL, value: middle(real) };
        return { what, unit, value: middle(ours), baseline };
      }),
    );
    return rows;
  } finally {
    for (const server of servers) await server.stop();
  }
}

/** The same work on each server in turn, several times, so that all meet the same noise of a shared machine. */
async function inTurn<T>(
  servers: ApiServer[],
  rounds: number,
  work: (server: ApiServer, round: number) => Promise<T>,
): Promise<T[][]> {
  const results: T[][] = servers.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, server] of servers.entries()) {
      results[index].push(await work(server, round));
    }
  }
  return results;
}

function rowOf({ what, unit, value, limit }: Figure, real: Figure): Row {
  const baseline = { what: REAL, value: real.value };
  return limit === undefined
    ? { what, unit, value, baseline }
    : atMost(what, value, limit, unit, { baseline });
}

const aTask = (name: string) =>
  ({
    apiVersion: Task.apiVersion,
    kind: Task.kind,
    metadata: { name, namespace: NAMESPACE },
    spec: { agentRef: { name: 'one' }, description: 'Do it.' },
  } as Task);

async function fill({ client }: ApiServer): Promise<void> {
  for (let index = 0; index < OBJECTS; index += 1) {
    await client.create(taskType, aTask(`task-${index}`));
  }
}

interface Operation {
  name: string;
  /** Of the open loop; both servers are well able to do it. */
  perSecond: number;
  call: (client: KubeClient, index: number) => Promise<unknown>;
}

function operations(): Operation[] {
  let serial = 0;
  const key = (index: number) => ({
    namespace: NAMESPACE,
    name: `task-${index % OBJECTS}`,
  });
  return [
    {
      name: 'get',
      perSecond: 200,
      call: (client, index) => client.get(taskType, key(index)),
    },
    {
      name: `list ${OBJECTS}`,
      perSecond: 5,
      call: client =>
        client.list(taskType, { namespace: NAMESPACE, limit: OBJECTS }),
    },
    {
      name: 'patch status',
      perSecond: 100,
      call: (client, index) => {
        serial += 1;
        const status = { phase: 'Running', answer: `Step ${serial}` };
        return client.patch(
          taskType,
          key(index),
          'merge',
          { status },
          {
            subresource: 'status',
          },
        );
      },
    },
    {
      name: 'create',
      perSecond: 100,
      call: client => {
        serial += 1;
        return client.create(taskType, aTask(`created-${serial}`));
      },
    },
  ];
}

async function measureRequests(
  servers: ApiServer[],
  { name, perSecond, call }: Operation,
): Promise<Figure[][]> {
  await inTurn(servers, 1, ({ client }) =>
    closedLoop(CALLERS, WARM_UP_MS, index => call(client, index)),
  );
  const open = await inTurn(servers, ROUNDS, ({ client }) =>
    openLoop(perSecond, OPEN_MS, index => call(client, index)),
  );
  const closed = await inTurn(servers, ROUNDS, ({ client }) =>
    closedLoop(CALLERS, CLOSED_MS, index => call(client, index)),
  );
  const what = `${name}, ${perSecond}/s`;
  return servers.map((_, server) => {
    const latencies = open[server].flatMap(samples => samples.latencies);
    const delays = open[server].flatMap(samples => samples.delays);
    return [
      { what: `${what}: p50`, unit: 'ms', value: quantile(latencies, 0.5) },
      { what: `${what}: p99`, unit: 'ms', value: quantile(latencies, 0.99) },
      {
        what: `${what}: the driver's own delay, p99`,
        unit: 'ms',
        value: quantile(delays, 0.99),
        limit: DRIVER_DELAY_MS,
      },
      {
        what: `${name}, ${CALLERS} callers: most`,
        unit: 'requests/s',
        value: quantile(closed[server], 0.5),
      },
    ];
  });
}

/** How long until every watcher has every event of a burst, and each single one. */
async function measureFanOut(
  { client }: ApiServer,
  round: number,
): Promise<Figure[]> {
  const stop = new AbortController();
  const sent = new Map<string, number>();
  /** When the last watcher had it. */
  const arrived = new Map<string, number>();
  const live = new Set<number>();
  let seen = 0;
  const watches = Array.from({ length: WATCHERS }, async (_, watcher) => {
    const options = { namespace: NAMESPACE, signal: stop.signal };
    for await (const { object } of client.watch<ConfigMap>(
      ConfigMap,
      options,
    )) {
      const name = object.metadata.name!;
      live.add(watcher);
      if (!sent.has(name)) continue;
      seen += 1;
      arrived.set(name, performance.now());
    }
  });
  const make = (name: string) =>
    client.create(ConfigMap, {
      metadata: { name: `${name}-${round}`, namespace: NAMESPACE },
      data: { text: 'x'.repeat(1_000) },
    } as ConfigMap);
  for (let probe = 0; live.size < WATCHERS; probe += 1) {
    await make(`probe-${probe}`);
  }
  const began = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: CALLERS }, async () => {
      while (next < EVENTS) {
        next += 1;
        const name = `fan-out-${next}`;
        sent.set(`${name}-${round}`, performance.now());
        await make(name);
      }
    }),
  );
  while (seen < WATCHERS * EVENTS) {
    await new Promise(resolve => setImmediate(resolve));
  }
  stop.abort();
  await Promise.all(watches);
  const last = Math.max(...arrived.values());
  const each = [...arrived].map(([name, at]) => at - sent.get(name)!);
  const what = `${EVENTS} events to ${WATCHERS} watchers`;
  return [
    { what: `${what}: all have all`, unit: 'ms', value: last - began },
    {
      what: `${what}: an event sent → the last has it, p50`,
      unit: 'ms',
      value: quantile(each, 0.5),
    },
    {
      what: `${what}: an event sent → the last has it, p99`,
      unit: 'ms',
      value: quantile(each, 0.99),
    },
  ];
}
