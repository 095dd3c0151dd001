import type {
  IngestMethod,
  IngestParams,
  IngestResult,
  SidecarMessageOf,
} from '@greenroom/protocol';
import type { Registry } from 'prom-client';
import type { Approvals } from './approvals/Approvals';
import type { ArtifactDesk } from './artifacts/ArtifactDesk';
import type { SidecarConfig } from './config/SidecarConfig';
import type { SidecarLogger } from './log/SidecarLogger';
import type { EmittedEvent, EventDraft } from './pipeline/EventDraft';
import type { EventPipeline } from './pipeline/EventPipeline';
import type { PolicyDesk } from './policy/PolicyDesk';
import type { SecretStore } from './redaction/SecretStore';
import type { SidecarServer } from './server/SidecarServer';
import type { Sessions } from './sessions/Sessions';
import type { SettingsStore } from './settings/SettingsStore';

/** What routes and gateways build on. Everything that is recorded goes through `emit`, and everything secret is known to `secrets`. */
export interface SidecarServices {
  config: SidecarConfig;
  /** Routes for the agent on `127.0.0.1:9090`. */
  server: SidecarServer;
  /** What the operator said of the agent: tools, models, credentials, policies, budget. */
  settings: SettingsStore;
  sessions: Sessions;
  pipeline: EventPipeline;
  approvals: Approvals;
  /** What the Policies in force say of what the agent wants to do. */
  policy: PolicyDesk;
  artifacts: ArtifactDesk;
  secrets: SecretStore;
  metrics: Registry;
  logger: SidecarLogger;
  /** Records an event of Greenroom itself in a session, in its running turn; resolves when it is on the disk. */
  emit(sessionId: string, draft: EventDraft): Promise<EmittedEvent>;
  /** Asks the operator. @throws OperatorCallError */
  call<Method extends IngestMethod>(
    method: Method,
    params: IngestParams<Method>,
    timeoutMs?: number,
  ): Promise<IngestResult<Method>>;
  /** Aborts when the session's turn ends or is cancelled: for everything that is done on its behalf. */
  turnSignal(sessionId: string): AbortSignal;
  /** Tells the operator how the bound tools are; told again after each reconnect. */
  reportTools(tools: SidecarMessageOf<'tools_status'>['tools']): void;
  /** Tells the operator how followed repositories stand; told again after each reconnect. */
  reportRepositories(
    repositories: SidecarMessageOf<'git_status'>['repositories'],
  ): void;
  /** Called when the sidecar stops, before its last events are flushed. */
  onStop(act: () => Promise<void> | void): void;
}

/** A part that adds routes or listeners of its own, such as the gateways. */
export type SidecarExtension = (
  services: SidecarServices,
) => Promise<void> | void;
