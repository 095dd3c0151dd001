import type { Server } from 'node:http';
import type { SidecarMessage } from '@greenroom/protocol';
import type { SidecarConfig } from './config/SidecarConfig';
import { healthServer } from './health/healthServer';
import { greenroomMcp } from './mcp/greenroomMcp';
import { PolicyDesk } from './policy/PolicyDesk';
import { eventRoutes } from './routes/eventRoutes';
import { gitSyncRoutes } from './routes/gitSyncRoutes';
import { listenOn, SidecarServer } from './server/SidecarServer';
import {
  assembleParts,
  type SidecarEnds,
  type SidecarParts,
} from './SidecarParts';
import type { SidecarExtension, SidecarServices } from './SidecarServices';
import { workspaceRoutes } from './workspace/workspaceRoutes';

/** A sidecar that runs. */
export interface RunningSidecar {
  ports: { agent: number; health: number };
  services: SidecarServices;
  /** Flushes what is recorded to the operator and ends; resolves when nothing is left or the grace is over. */
  stop(): Promise<void>;
  /** Ends at once and flushes nothing, as a crash does; for tests. */
  kill(): Promise<void>;
  /** Resolves with the reason when the process cannot go on. */
  failed: Promise<string>;
}

/** What a runtime that just ended may still have in its pipe, in milliseconds. */
const LAST_EVENTS_MS = 300;

/** Starts a sidecar: opens its state, adds the routes, listens, and then connects to operator and runtime. */
export async function startSidecar(
  config: SidecarConfig,
  extensions: readonly SidecarExtension[],
  write: (line: string) => void,
): Promise<RunningSidecar> {
  let illness: string | undefined;
  let tell: (reason: string) => void = () => undefined;
  const failed = new Promise<string>(resolve => {
    tell = resolve;
  });
  const ends: SidecarEnds = {
    stopping: new AbortController(),
    reading: new AbortController(),
    linked: new AbortController(),
    onFatal: reason => {
      illness ??= reason;
      tell(reason);
    },
  };
  const parts = await assembleParts(config, ends, write);
  const stops: (() => Promise<void> | void)[] = [];
  const services = sidecarServices(config, parts, stops);
  const { server } = services;
  const routes = [eventRoutes, gitSyncRoutes, workspaceRoutes, greenroomMcp];
  for (const extend of [...routes, ...extensions]) await extend(services);
  const health = healthServer({
    ill: () => illness,
    unready: () => whyUnready(parts, ends),
    metrics: parts.metrics.registry,
  });
  const { listen } = config;
  const ports = {
    health: await listenOn(health, listen.healthPort, listen.healthHost),
    agent: await server.listen(listen.agentPort, listen.agentHost),
  };
  const running = run(parts, ends);
  parts.logger.info({ version: config.version, ports }, 'the sidecar listens');

  const end = async () => {
    ends.reading.abort();
    ends.linked.abort();
    parts.link.calls.close();
    parts.secrets.close();
    await Promise.all([server.close(), closeServer(health)]);
    await Promise.allSettled(running);
    await parts.log.close();
  };
  return {
    ports,
    services,
    failed,
    stop: async () => {
      if (ends.stopping.signal.aborted) return;
      parts.logger.info('the sidecar stops');
      ends.stopping.abort();
      for (const act of stops) await act();
      await flush(parts, ends, config.stopGraceMs);
      await end();
    },
    kill: async () => {
      ends.stopping.abort();
      await end();
    },
  };
}

/** Everything that runs until the end; whatever fails there ends the process. */
function run(parts: SidecarParts, ends: SidecarEnds): Promise<void>[] {
  const { link, blobs, runtime, sessions } = parts;
  const { reading, linked, onFatal } = ends;
  // Until the operator's first word no epoch is known to record in, so the runtime is not read before it.
  const read = async () => {
    await link.welcome(reading.signal);
    await runtime.run(sessions, reading.signal);
  };
  const running = [
    link.run(parts, linked.signal),
    blobs.run(linked.signal),
    read(),
  ];
  for (const each of running) {
    each.catch(error => onFatal((error as Error).message));
  }
  return running;
}

/** Reads what the agent said last, records what it left undone, and waits until the operator has it all or time is up. */
async function flush(
  { runtime, sessions, pipeline, link, blobs }: SidecarParts,
  { reading }: SidecarEnds,
  graceMs: number,
): Promise<void> {
  const deadline = new Promise<void>(resolve =>
    setTimeout(resolve, graceMs).unref(),
  );
  // The agent's container ends before the sidecar does, but its last words may still be on their way.
  if (runtime.status().state === 'ready') {
    await new Promise(resolve => setTimeout(resolve, LAST_EVENTS_MS));
  }
  if (runtime.status().state !== 'ready') await sessions.podStopped();
  reading.abort();
  const drain = async () => {
    await pipeline.drain();
    await Promise.all([link.drained(), blobs.drained()]);
  };
  await Promise.race([deadline, drain()]);
}

function whyUnready(
  { link, runtime }: SidecarParts,
  { stopping }: SidecarEnds,
): string | undefined {
  if (stopping.signal.aborted) return 'the sidecar stops';
  if (!link.isConnected) return 'the operator is not connected';
  const { state, message } = runtime.status();
  if (state === 'ready') return undefined;
  return `the runtime is ${state}${message ? `: ${message}` : ''}`;
}

/** What routes and gateways get of the parts. */
function sidecarServices(
  config: SidecarConfig,
  parts: SidecarParts,
  stops: (() => Promise<void> | void)[],
): SidecarServices {
  const { link, sessions, secrets, logger, metrics } = parts;
  const reports = new Map<string, SidecarMessage>();
  link.onWelcome(() => {
    for (const message of reports.values()) link.send(message);
  });
  const report = (message: SidecarMessage) => {
    reports.set(message.type, message);
    link.send(message);
  };
  return {
    config,
    server: new SidecarServer({
      openSessions: () => sessions.open(),
      session: id => sessions.get(id),
      warn: logger.warn.bind(logger),
      redact: text => secrets.redactText(text),
    }),
    settings: parts.settings,
    sessions,
    pipeline: parts.pipeline,
    approvals: parts.approvals,
    policy: new PolicyDesk({ ...parts, config }),
    artifacts: parts.artifacts,
    secrets,
    metrics: metrics.registry,
    logger,
    emit: parts.emit,
    call: (method, params, timeoutMs) =>
      link.calls.call(method, params, timeoutMs),
    turnSignal: id => sessions.turnSignals.of(id),
    reportTools: tools => report({ type: 'tools_status', tools }),
    reportRepositories: repositories =>
      report({ type: 'git_status', repositories }),
    onStop: act => stops.push(act),
  };
}

function closeServer(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
