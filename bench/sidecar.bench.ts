import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FakeOperator } from '../packages/sidecar/src/testkit/FakeOperator';
import { FakeRuntime } from '../packages/sidecar/src/testkit/FakeRuntime';
import { operatorCertificate } from '../packages/sidecar/src/testkit/operatorCertificate';
import { someSettings } from '../packages/sidecar/src/testkit/startTestSidecar';
import {
  bareListener,
  endProgram,
  startNode,
  type StartedProgram,
} from './harness/NodeProgram';
import { readMemory } from './harness/ProcessMemory';
import { atMost, quantile, type BenchContext, type Row } from './harness/Row';

export const title = 'Sidecar: start and memory';

const STARTS = 9;
/** Long enough for what a start leaves behind to be collected, short enough for a benchmark. */
const IDLE_MS = 15_000;
const HOST = '127.77.31.9';

export async function run({ root, folder }: BenchContext): Promise<Row[]> {
  const images = JSON.parse(
    readFileSync(path.join(root, 'deploy/images/images.json'), 'utf8'),
  );
  const { bundle, nodeOptions = [] } = images.sidecar;
  const operator = new FakeOperator(someSettings());
  const runtime = new FakeRuntime('greenroom');
  const { runtimeUrl, injectUrl } = await runtime.listen();
  const ingestUrl = await operator.listen();
  const file = (name: string, content: string) => {
    writeFileSync(path.join(folder, name), content);
    return path.join(folder, name);
  };
  mkdirSync(path.join(folder, 'workspace'));
  const env = {
    AGENT_NAME: 'doctor',
    AGENT_NAMESPACE: 'default',
    POD_NAME: 'doctor-1',
    POD_UID: 'pod-uid-1',
    POD_IP: HOST,
    INGEST_URL: String(ingestUrl),
    RUNTIME_URL: String(runtimeUrl),
    RUNTIME_INJECT_URL: String(injectUrl),
    TOKEN_FILE: file('token', 'the-token-of-the-pod'),
    CA_FILE: file('ca.crt', operatorCertificate.cert),
    STATE_DIR: path.join(folder, 'state'),
    WORKSPACE_DIR: path.join(folder, 'workspace'),
    CREDENTIALS_DIR: path.join(folder, 'credentials'),
    NODE_COMPILE_CACHE: path.join(folder, 'compile-cache'),
  };
  const startSidecar = () =>
    startNode(
      [...nodeOptions, path.join(root, bundle)],
      env,
      `http://${HOST}:9091/healthz`,
    );
  const startBare = () =>
    startNode(
      [...nodeOptions, '-e', bareListener],
      { HOST, PORT: '9091', NODE_COMPILE_CACHE: env.NODE_COMPILE_CACHE },
      `http://${HOST}:9091/`,
    );
  try {
    const first = await startSidecar();
    await endProgram(first.child);
    // One after the other in turn, so that both meet the same noise.
    const sidecars: number[] = [];
    const bares: number[] = [];
    for (let index = 0; index < STARTS; index += 1) {
      bares.push(await timeOf(startBare));
      sidecars.push(await timeOf(startSidecar));
    }
    const before = operator.hellos.length;
    const idle = await idleMemory(startSidecar, async () => {
      await operator.until(
        'a connected sidecar',
        () => operator.hellos.length > before,
      );
    });
    const bareIdle = await idleMemory(startBare, async () => undefined);
    const bare = 'bare Node with one listener';
    return [
      atMost('start → /healthz, p50', quantile(sidecars, 0.5), 300, 'ms', {
        baseline: { what: bare, value: quantile(bares, 0.5) },
      }),
      {
        what: 'start → /healthz, slowest',
        value: Math.max(...sidecars),
        unit: 'ms',
        baseline: { what: bare, value: Math.max(...bares) },
      },
      {
        what: 'the first start, nothing compiled',
        value: first.answeredAfterMs,
        unit: 'ms',
      },
      atMost('idle and connected, of its own (RssAnon)', idle.own, 40, 'MiB', {
        baseline: { what: bare, value: bareIdle.own },
      }),
      {
        what: 'idle and connected, resident',
        value: idle.resident,
        unit: 'MiB',
        baseline: { what: bare, value: bareIdle.resident },
      },
    ];
  } finally {
    await Promise.all([operator.close(), runtime.die()]);
  }
}

async function timeOf(start: () => Promise<StartedProgram>): Promise<number> {
  const { child, answeredAfterMs } = await start();
  await endProgram(child);
  return answeredAfterMs;
}

async function idleMemory(
  start: () => Promise<StartedProgram>,
  untilConnected: () => Promise<void>,
) {
  const { child } = await start();
  try {
    await untilConnected();
    await sleep(IDLE_MS);
    return readMemory(child.pid!);
  } finally {
    await endProgram(child);
  }
}
