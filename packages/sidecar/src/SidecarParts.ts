import { join } from 'node:path';
import type { SidecarMessage } from '@greenroom/protocol';
import { Approvals } from './approvals/Approvals';
import { redactRequest } from './approvals/redactRequest';
import { ArtifactDesk } from './artifacts/ArtifactDesk';
import { BlobStore } from './blobs/BlobStore';
import type { SidecarConfig } from './config/SidecarConfig';
import { sidecarMetrics, type SidecarMetrics } from './health/sidecarMetrics';
import { OperatorLink } from './ingest/OperatorLink';
import { SessionLog } from './log/SessionLog';
import { sidecarLogger, type SidecarLogger } from './log/SidecarLogger';
import { DeltaStream } from './pipeline/DeltaStream';
import { EventPipeline } from './pipeline/EventPipeline';
import { SecretStore } from './redaction/SecretStore';
import { RuntimeReader } from './runtime/RuntimeReader';
import { StreamDriver } from './runtime/StreamDriver';
import { SYSTEM } from './sessions/SessionDesk';
import { Sessions } from './sessions/Sessions';
import { SettingsStore } from './settings/SettingsStore';
import type { SidecarServices } from './SidecarServices';
import { taskPreparation } from './tasks/taskPreparation';

/** How the process ends: first `stopping`, then `reading` (no more input), then `linked` (no more output). */
export interface SidecarEnds {
  stopping: AbortController;
  reading: AbortController;
  linked: AbortController;
  /** The process cannot go on. */
  onFatal(message: string): void;
}

/** Everything a sidecar is made of, put together and not yet running. */
export interface SidecarParts {
  approvals: Approvals;
  artifacts: ArtifactDesk;
  blobs: BlobStore;
  emit: SidecarServices['emit'];
  link: OperatorLink;
  log: SessionLog;
  logger: SidecarLogger;
  metrics: SidecarMetrics;
  pipeline: EventPipeline;
  runtime: RuntimeReader;
  secrets: SecretStore;
  sessions: Sessions;
  settings: SettingsStore;
}

/** Bytes of log above which the runtime waits until the operator has taken some. */
const LARGEST_LOG_BYTES = 256 * 1024 * 1024;
/** Events on their way to the disk above which the runtime waits. */
const LARGEST_BACKLOG = 1_000;
const ROOM_CHECK_MS = 10;

/** Opens what is on the disk and puts the parts together, each before those that need it. */
export async function assembleParts(
  config: SidecarConfig,
  ends: SidecarEnds,
  write: (line: string) => void,
): Promise<SidecarParts> {
  const { credentialsDir, stateDir, tokenFile } = config;
  const secrets = await SecretStore.open({
    credentialsDir,
    stateDir,
    ownSecretFiles: [tokenFile],
  });
  const logger = sidecarLogger(config.logLevel, secrets, write);
  const info = logger.info.bind(logger);
  const warn = logger.warn.bind(logger);
  const log = await SessionLog.open(join(stateDir, 'log'));
  if (log.tornBytes > 0) {
    warn({ bytes: log.tornBytes }, 'the torn end of the log was cut off');
  }
  const settings = new SettingsStore();
  settings.subscribe(({ redaction }) => secrets.useRules(redaction.rules));
  const { onFatal } = ends;
  const link = new OperatorLink({ config, log, settings, info, warn, onFatal });
  const send = (message: SidecarMessage) => link.send(message);
  const metrics = sidecarMetrics(log, link);
  const blobs = new BlobStore({
    folder: join(stateDir, 'blobs'),
    ...config,
    warn,
  });
  await blobs.recover();
  const { name, namespace } = config.agent;
  const pipeline = new EventPipeline({
    log,
    redactor: secrets,
    blobs,
    agent: { type: 'agent', id: `${namespace}/${name}` },
    onFailed: ({ message }) => onFatal(message),
    onDurable: (session, { seq, type }) => {
      metrics.events.inc({ type });
      link.durable(session, seq);
    },
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
  const driver = new StreamDriver({
    runtimeUrl: config.runtimeUrl,
    injectUrl: config.runtimeInjectUrl,
    deadlineMs: config.runtimeDeadlineMs,
  });
  const emit: SidecarServices['emit'] = (sessionId, draft) => {
    const turnId = draft.turnId ?? log.state.sessions.get(sessionId)?.turn?.id;
    const event = { actor: SYSTEM, ...draft, ...(turnId && { turnId }) };
    return pipeline.emit(sessionId, event, { emitter: 'greenroom' });
  };
  const approvals = new Approvals({
    log,
    calls: link.calls,
    emitSystem: async (sessionId, draft) => {
      await emit(sessionId, draft);
    },
    redact: request => redactRequest(request, secrets),
    warn,
  });
  const sessions = new Sessions({
    log,
    pipeline,
    driver,
    approvals,
    artifacts,
    settings: () => settings.current,
    journalled: id => link.journalled(id),
    release: session => link.release(session),
    workspaceDir: config.workspaceDir,
    signal: ends.reading.signal,
    send,
    prepare: taskPreparation(config, settings, ends.stopping.signal),
    warn,
  });
  approvals.answerBy(input => sessions.answer(input));
  const runtime = new RuntimeReader({
    driver,
    log,
    onStatus: ({ contract: _, ...status }) => {
      send({ type: 'runtime_status', ...status });
    },
    room: async () => {
      const isFull = () =>
        log.size > LARGEST_LOG_BYTES || pipeline.backlog > LARGEST_BACKLOG;
      while (isFull() && !ends.stopping.signal.aborted) {
        await new Promise(resolve => setTimeout(resolve, ROOM_CHECK_MS));
      }
    },
    info,
    warn,
  });
  return {
    approvals,
    artifacts,
    blobs,
    emit,
    link,
    log,
    logger,
    metrics,
    pipeline,
    runtime,
    secrets,
    sessions,
    settings,
  };
}
