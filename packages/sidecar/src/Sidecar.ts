import { join } from 'node:path';
import { parseLocalRepositories } from '@greenroom/context-tools';
import type { SidecarMessage } from '@greenroom/protocol';
import { Approvals } from './approvals/Approvals';
import { ArtifactDesk } from './artifacts/ArtifactDesk';
import { BlobStore } from './blobs/BlobStore';
import type { SidecarConfig } from './config/SidecarConfig';
import { healthServer } from './health/healthServer';
import { sidecarMetrics } from './health/sidecarMetrics';
import { OperatorLink } from './ingest/OperatorLink';
import { SessionLog } from './log/SessionLog';
import { sidecarLogger } from './log/SidecarLogger';
import { DeltaStream } from './pipeline/DeltaStream';
import { EventPipeline } from './pipeline/EventPipeline';
import { PolicyDesk } from './policy/PolicyDesk';
import { SecretStore } from './redaction/SecretStore';
import { redactRequest } from './approvals/redactRequest';
import { greenroomMcp } from './mcp/greenroomMcp';
import { eventRoutes } from './routes/eventRoutes';
import { gitSyncRoutes } from './routes/gitSyncRoutes';
import { workspaceRoutes } from './workspace/workspaceRoutes';
import { RuntimeReader } from './runtime/RuntimeReader';
import { StreamDriver } from './runtime/StreamDriver';
import { listenOn, SidecarServer } from './server/SidecarServer';
import { Sessions } from './sessions/Sessions';
import { SettingsStore } from './settings/SettingsStore';
import type { SidecarExtension, SidecarServices } from './SidecarServices';
import { prepareTask } from './tasks/prepareTask';
import { readCredential } from './tasks/readCredential';

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

/** Bytes of log above which the runtime waits until the operator has taken some. */
const LARGEST_LOG_BYTES = 256 * 1024 * 1024;
const ROOM_CHECK_MS = 100;
/** Git inside a task's preparation; below the operator's patience with a Task that starts. */
const GIT_TIMEOUT_MS = 300_000;
/** What a runtime that just ended may still have in its pipe, in milliseconds. */
const LAST_EVENTS_MS = 300;

/** Starts everything in the order in which parts need each other. */
export async function startSidecar(
  config: SidecarConfig,
  extensions: readonly SidecarExtension[],
  write: (line: string) => void,
): Promise<RunningSidecar> {
  const stopping = new AbortController();
  const reading = new AbortController();
  let fail: (reason: string) => void = () => {};
  const failed = new Promise<string>(resolve => {
    fail = resolve;
  });
  let illness: string | undefined;
  const onFatal = (message: string) => {
    illness = message;
    fail(message);
  };
  const secrets = await SecretStore.open({
    credentialsDir: config.credentialsDir,
    stateDir: config.stateDir,
    ownSecretFiles: [config.tokenFile],
  });
  const logger = sidecarLogger(config.logLevel, secrets, write);
  const info = logger.info.bind(logger);
  const warn = logger.warn.bind(logger);
  const log = await SessionLog.open(join(config.stateDir, 'log'));
  if (log.tornBytes > 0)
    warn(
      { bytes: log.tornBytes },
      'the end of the log was torn and has been cut off',
    );
  const settings = new SettingsStore();
  settings.subscribe(({ redaction }) => secrets.useRules(redaction.rules));
  const link = new OperatorLink({ config, log, settings, info, warn, onFatal });
  const metrics = sidecarMetrics({
    unackedEntries: () =>
      [...log.state.sessions.values()].reduce(
        (sum, { unacked }) => sum + unacked.length,
        0,
      ),
    logBytes: () => log.size,
    openSessions: () =>
      [...log.state.sessions.values()].filter(({ state }) => state === 'open')
        .length,
    isConnected: () => link.isConnected,
  });
  const blobs = new BlobStore({
    folder: join(config.stateDir, 'blobs'),
    ...config,
    warn,
  });
  await blobs.recover();
  const pipeline = new EventPipeline({
    log,
    redactor: secrets,
    blobs,
    agent: {
      type: 'agent',
      id: `${config.agent.namespace}/${config.agent.name}`,
    },
    onDurable: (session, { seq, type }) => {
      metrics.events.inc({ type });
      link.durable(session, seq);
    },
  });
  const send = (message: SidecarMessage) => link.send(message);
  const driver = new StreamDriver({
    runtimeUrl: config.runtimeUrl,
    injectUrl: config.runtimeInjectUrl,
    deadlineMs: config.runtimeDeadlineMs,
  });
  const artifacts = new ArtifactDesk({
    workspaceDir: config.workspaceDir,
    manifestWorkspaceDir: () => settings.current.workspace_dir,
    secrets,
    blobs,
    deltas: new DeltaStream({
      secrets,
      send,
      bufferedBytes: () => link.bufferedBytes,
    }),
  });
  const approvals: Approvals = new Approvals({
    log,
    calls: link.calls,
    emitSystem: async (sessionId, draft) => {
      await emit(sessionId, draft);
    },
    redact: request => redactRequest(request, secrets),
    answerRuntime: input => sessions.answer(input),
    warn,
  });
  const sessions: Sessions = new Sessions({
    log,
    pipeline,
    driver,
    approvals,
    artifacts,
    settings: () => settings.current,
    journalled: id => link.journalled(id),
    release: session => link.release(session),
    workspaceDir: config.workspaceDir,
    signal: reading.signal,
    send,
    prepare: async (opening, say) => {
      if (!opening.task) return;
      const surroundings = {
        workspaceDir: config.workspaceDir,
        manifestWorkspaceDir: settings.current.workspace_dir,
        agentContexts: '.greenroom/context.md',
        scratchDir: join(config.stateDir, 'scratch'),
        secret: (name: string) => readCredential(config.credentialsDir, name),
        localRepositories: parseLocalRepositories(
          config.env.GREENROOM_LOCAL_REPOSITORIES,
        ),
        ...(config.env.NODE_EXTRA_CA_CERTS && {
          caFile: config.env.NODE_EXTRA_CA_CERTS,
        }),
        env: config.env,
        timeoutMs: GIT_TIMEOUT_MS,
        signal: stopping.signal,
      };
      await prepareTask(opening.task, surroundings, ({ repository }) =>
        say(`Fetching ${repository}`),
      );
    },
    warn,
  });
  const emit: SidecarServices['emit'] = (sessionId, draft) => {
    const turnId = draft.turnId ?? sessions.get(sessionId)?.turn?.id;
    return pipeline.emit(
      sessionId,
      {
        actor: { type: 'system', id: 'greenroom/sidecar' },
        ...draft,
        ...(turnId && { turnId }),
      },
      { emitter: 'greenroom' },
    );
  };
  const runtime = new RuntimeReader({
    driver,
    log,
    onStatus: ({ state, message, capabilities }) =>
      send({
        type: 'runtime_status',
        state,
        ...(message && { message }),
        capabilities,
      }),
    room: async () => {
      while (log.size > LARGEST_LOG_BYTES && !stopping.signal.aborted)
        await new Promise(resolve => setTimeout(resolve, ROOM_CHECK_MS));
    },
    info,
    warn,
  });
  const server = new SidecarServer({
    openSessions: () => sessions.open(),
    session: id => sessions.get(id),
    warn,
    redact: text => secrets.redactText(text),
  });
  const stops: (() => Promise<void> | void)[] = [];
  const reports = new Map<string, SidecarMessage>();
  const report = (message: SidecarMessage) => {
    reports.set(message.type, message);
    send(message);
  };
  const services: SidecarServices = {
    config,
    server,
    settings,
    sessions,
    pipeline,
    approvals,
    policy: new PolicyDesk({ settings, approvals, secrets, emit, config }),
    artifacts,
    secrets,
    metrics: metrics.registry,
    logger,
    emit,
    call: (method, params, timeoutMs) =>
      link.calls.call(method, params, timeoutMs),
    turnSignal: id => sessions.turnSignals.of(id),
    reportTools: tools => report({ type: 'tools_status', tools }),
    reportRepositories: repositories =>
      report({ type: 'git_status', repositories }),
    onStop: act => stops.push(act),
  };
  link.onWelcome(() => {
    for (const message of reports.values()) send(message);
  });
  eventRoutes(services);
  gitSyncRoutes(services);
  workspaceRoutes(services);
  greenroomMcp(services);
  for (const extend of extensions) await extend(services);
  const health = healthServer({
    ill: () => illness,
    unready: () => {
      if (stopping.signal.aborted) return 'the sidecar stops';
      if (!link.isConnected) return 'the operator is not connected';
      const { state, message } = runtime.status();
      return state === 'ready'
        ? undefined
        : `the runtime is ${state}${message ? `: ${message}` : ''}`;
    },
    metrics: metrics.registry,
  });
  const { listen } = config;
  const ports = {
    health: await listenOn(health, listen.healthPort, listen.healthHost),
    agent: await server.listen(listen.agentPort, listen.agentHost),
  };
  const linkEnd = new AbortController();
  const running = [
    link.run({ sessions, approvals, runtime }, linkEnd.signal),
    blobs.run(linkEnd.signal),
    link
      .welcome(reading.signal)
      .then(() => runtime.run(sessions, reading.signal)),
  ];
  for (const each of running)
    each.catch(error => onFatal((error as Error).message));
  info({ version: config.version, ports }, 'the sidecar listens');

  const end = async () => {
    reading.abort();
    linkEnd.abort();
    link.calls.close();
    secrets.close();
    health.closeAllConnections();
    await Promise.all([
      server.close(),
      new Promise(resolve => health.close(resolve)),
    ]);
    await Promise.allSettled(running);
    await log.close();
  };
  const stop = async () => {
    if (stopping.signal.aborted) return;
    info({}, 'the sidecar stops');
    const deadline = new Promise<void>(resolve =>
      setTimeout(resolve, config.stopGraceMs).unref(),
    );
    stopping.abort();
    for (const act of stops) await act();
    // The agent's container ends before the sidecar does: what it said last is still read, and what it left undone is said.
    const wasReady = runtime.status().state === 'ready';
    if (wasReady) {
      await new Promise(resolve => setTimeout(resolve, LAST_EVENTS_MS));
    }
    if (runtime.status().state !== 'ready') await sessions.podStopped();
    reading.abort();
    const flushed = pipeline
      .drain()
      .then(() => Promise.all([link.drained(), blobs.drained()]));
    await Promise.race([deadline, flushed]);
    await end();
  };
  const kill = async () => {
    stopping.abort();
    await end();
  };
  return { ports, services, stop, kill, failed };
}
