import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentSettings, SessionOpening } from '@greenroom/protocol';
import type { SidecarConfig } from '../config/SidecarConfig';
import { startSidecar, type RunningSidecar } from '../Sidecar';
import type { SidecarExtension } from '../SidecarServices';
import { FakeOperator } from './FakeOperator';
import { FakeRuntime } from './FakeRuntime';
import { operatorCertificate } from './operatorCertificate';

/** A sidecar between a fake operator and a scripted runtime, all with real sockets and files. */
export interface TestBench {
  operator: FakeOperator;
  runtime: FakeRuntime;
  sidecar: RunningSidecar;
  config: SidecarConfig;
  folder: string;
  /** The sidecar's log lines. */
  lines: string[];
  /** Address of a route for the agent. */
  url(path: string): string;
  /** Starts another sidecar process over the same state. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export const SESSION_ID = '0193a5b0-7c1e-7d32-9a44-5b1f0c6e2d11';

/** Valid settings of an agent. */
export function someSettings(more: Partial<AgentSettings> = {}): AgentSettings {
  return {
    digest: 'd1',
    agent: {
      namespace: 'default',
      name: 'doctor',
      uid: 'agent-uid-1',
      labels: {},
    },
    mode: 'Supervised',
    runtime: { type: 'custom', contract: 'stream' },
    workspace_dir: '/workspace',
    models: [],
    tools: [],
    credentials: [],
    policies: [],
    policy_default: 'Allow',
    redaction: { rules: [] },
    egress: { allow: [] },
    delegates: [],
    skills: [],
    ...more,
  };
}

/** A valid opening of a task's session. */
export function anOpening(more: Partial<SessionOpening> = {}): SessionOpening {
  return {
    session_id: SESSION_ID,
    kind: 'task',
    name: 'inspect',
    namespace: 'default',
    interactive: false,
    genesis: {
      cluster_uid: 'cluster-1',
      agent_uid: 'agent-uid-1',
      key_id: 'key-1',
      policy_digest: 'none',
    },
    task: {
      namespace: 'default',
      name: 'inspect',
      uid: 'task-uid-1',
      description: 'Inspect it.',
      contexts: [],
    },
    ...more,
  };
}

/** Starts the bench; the caller closes it. */
export async function startTestBench(
  kind: 'plain' | 'greenroom',
  options: {
    settings?: Partial<AgentSettings>;
    extensions?: SidecarExtension[];
    secrets?: Record<string, string | Buffer>;
    config?: Partial<SidecarConfig>;
  } = {},
): Promise<TestBench> {
  const folder = mkdtempSync(join(tmpdir(), 'greenroom-sidecar-'));
  const file = (name: string, content: string | Buffer) => {
    const path = join(folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
    return path;
  };
  for (const [name, value] of Object.entries(options.secrets ?? {}))
    file(`credentials/${name}`, value);
  mkdirSync(join(folder, 'workspace'));
  const operator = new FakeOperator(someSettings(options.settings));
  const runtime = new FakeRuntime(kind);
  const { runtimeUrl, injectUrl } = await runtime.listen();
  const config: SidecarConfig = {
    agent: { name: 'doctor', namespace: 'default' },
    pod: { name: 'doctor-1', uid: 'pod-uid-1', namespace: 'default' },
    ingestUrl: await operator.listen(),
    tokenFile: file('token', 'the-token-of-the-pod'),
    caFile: file('ca.crt', operatorCertificate.cert),
    stateDir: join(folder, 'state'),
    runtimeUrl,
    runtimeInjectUrl: injectUrl,
    workspaceDir: join(folder, 'workspace'),
    credentialsDir: join(folder, 'credentials'),
    listen: {
      agentHost: '127.0.0.1',
      healthHost: '127.0.0.1',
      agentPort: 0,
      healthPort: 0,
      proxyPort: 0,
    },
    runtimeDeadlineMs: 60_000,
    stopGraceMs: 2_000,
    logLevel: 'debug',
    version: '0.1.0-test',
    env: process.env,
    ...options.config,
  };
  const lines: string[] = [];
  const start = () =>
    startSidecar(config, options.extensions ?? [], line => lines.push(line));
  const bench: TestBench = {
    operator,
    runtime,
    config,
    folder,
    lines,
    sidecar: await start(),
    url: path => `http://127.0.0.1:${bench.sidecar.ports.agent}${path}`,
    restart: async () => {
      await bench.sidecar.kill();
      bench.sidecar = await start();
    },
    close: async () => {
      await bench.sidecar.kill();
      await Promise.all([
        operator.close().catch(() => undefined),
        runtime.die().catch(() => undefined),
      ]);
      rmSync(folder, { recursive: true, force: true });
      if (operator.faults.length > 0) {
        throw new Error(
          `The operator found faults: ${operator.faults.join(' ')}`,
        );
      }
    },
  };
  return bench;
}
