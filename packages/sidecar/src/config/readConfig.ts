import type { SidecarConfig } from './SidecarConfig';

/** The environment lacks something, or it makes no sense; the message names the variable. */
export class ConfigError extends Error {
  readonly name = 'ConfigError';
}

/** Ports of the contract; fixed for every agent pod. */
const AGENT_PORT = 9090;
const HEALTH_PORT = 9091;
const PROXY_PORT = 9092;

/** Images of other people pull language packages at start; a minute is x1agent's limit, we double it. */
const DEFAULT_RUNTIME_DEADLINE_MS = 120_000;
/** Below Kubernetes' default grace of 30 s, with time to close what is open. */
const DEFAULT_STOP_GRACE_MS = 20_000;

function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (!value) {
    throw new ConfigError(
      `The environment variable ${name} is not set. The operator's pod builder sets it; run the sidecar in an agent pod.`,
    );
  }
  return value;
}

function url(env: NodeJS.ProcessEnv, name: string, fallback?: string): URL {
  const value = env[name] ?? fallback ?? required(env, name);
  if (!URL.canParse(value))
    throw new ConfigError(
      `The environment variable ${name} is "${value}", which is not a URL.`,
    );
  return new URL(value);
}

function milliseconds(
  env: NodeJS.ProcessEnv,
  name: string,
  fallback: number,
): number {
  const value = env[name];
  if (value === undefined || value === '') return fallback;
  if (!/^[0-9]{1,9}$/.test(value))
    throw new ConfigError(
      `The environment variable ${name} is "${value}". Give whole milliseconds.`,
    );
  return Number(value);
}

/** Reads the environment that the pod builder sets. */
export function readConfig(
  env: NodeJS.ProcessEnv,
  version: string,
): SidecarConfig {
  const agent = {
    name: required(env, 'AGENT_NAME'),
    namespace: required(env, 'AGENT_NAMESPACE'),
  };
  return {
    agent,
    pod: {
      name: required(env, 'POD_NAME'),
      uid: required(env, 'POD_UID'),
      namespace: env.POD_NAMESPACE ?? agent.namespace,
    },
    ...(env.SESSION_ID && { sessionId: env.SESSION_ID }),
    ingestUrl: url(env, 'INGEST_URL'),
    tokenFile: env.TOKEN_FILE ?? '/var/run/secrets/greenroom/token',
    caFile: env.CA_FILE ?? '/etc/greenroom/ca/ca.crt',
    stateDir: env.STATE_DIR ?? '/var/lib/greenroom',
    runtimeUrl: url(env, 'RUNTIME_URL', 'http://127.0.0.1:3100'),
    runtimeInjectUrl: url(env, 'RUNTIME_INJECT_URL', 'http://127.0.0.1:8788'),
    workspaceDir: env.WORKSPACE_DIR ?? '/workspace',
    credentialsDir: env.CREDENTIALS_DIR ?? '/etc/greenroom/credentials',
    listen: {
      // Only devcluster's kubelet sets POD_IP: its pods share the host's network and have an address each.
      agentHost: env.POD_IP ?? '127.0.0.1',
      healthHost: env.POD_IP ?? '0.0.0.0',
      agentPort: AGENT_PORT,
      healthPort: HEALTH_PORT,
      proxyPort: PROXY_PORT,
    },
    runtimeDeadlineMs: milliseconds(
      env,
      'RUNTIME_DEADLINE_MS',
      DEFAULT_RUNTIME_DEADLINE_MS,
    ),
    stopGraceMs: milliseconds(env, 'STOP_GRACE_MS', DEFAULT_STOP_GRACE_MS),
    logLevel: env.LOG_LEVEL ?? 'info',
    version,
    env,
  };
}
