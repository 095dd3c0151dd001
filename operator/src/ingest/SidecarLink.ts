import type {
  AgentSettings,
  ApprovalDecision,
  IngestParams,
  IngestResult,
  RuntimeCapabilities,
  SessionInput,
  SessionOpening,
  SidecarMessageOf,
} from '@greenroom/protocol';

/** What became of an input. */
export type InputStatus = Omit<SidecarMessageOf<'input_status'>, 'type'>;

/** What became of opening or closing a session. */
export type SessionOutcome = Omit<SidecarMessageOf<'session_status'>, 'type'>;

/** What a runtime emits while it works; not recorded. */
export type SessionDelta = Omit<SidecarMessageOf<'delta'>, 'type'>;

/** What a sidecar says about its tools. */
export type ToolStates = SidecarMessageOf<'tools_status'>['tools'];

/** What a sidecar says about the repositories that its pod follows. */
export type RepositoryStates = SidecarMessageOf<'git_status'>['repositories'];

/** The state of the runtime in a pod, as its sidecar last said. */
export interface LinkedRuntime {
  state: 'starting' | 'ready' | 'failed';
  contract: string;
  message?: string;
  capabilities: RuntimeCapabilities;
}

/** The pod behind a connection, as the API server vouches for it; never what the sidecar says of itself. */
export interface VerifiedPod {
  namespace: string;
  name: string;
  uid: string;
  /** From label `greenroom.dev/agent`, or for a pod of a template its label `greenroom.dev/template`. */
  agent: string;
  /** Of a pod that has one session only, from label `greenroom.dev/session`. */
  sessionId?: string;
  labels: Readonly<Record<string, string>>;
}

/** The link is gone, or the sidecar did not answer in time. Whatever was sent may be sent again. */
export class LinkClosedError extends Error {
  readonly name = 'LinkClosedError';
}

/** One connected sidecar. Methods fail with {@link LinkClosedError} once it is gone; whatever is sent twice is done once. */
export interface SidecarLink {
  readonly pod: VerifiedPod;
  readonly runtime: LinkedRuntime;
  readonly tools: ToolStates;
  readonly repositories: RepositoryStates;
  /** Sessions that this link holds: only it may append to them. */
  readonly sessions: ReadonlySet<string>;
  /** Digest of the settings that the sidecar has. */
  readonly settingsDigest: string;
  /** Makes the session's record durable, then has the sidecar open it. Resolves with what the sidecar answers. */
  openSession(opening: SessionOpening): Promise<SessionOutcome>;
  /** Resolves with what the sidecar answers. */
  send(input: SessionInput): Promise<InputStatus>;
  /** Aborts the work of a turn, by default of the running one; its end shows in the session's state. */
  cancel(sessionId: string, reason: string, turnId?: string): void;
  /** Resolves with what the sidecar answers. */
  closeSession(sessionId: string, reason: string): Promise<SessionOutcome>;
  decide(decision: ApprovalDecision): void;
  /** Sends the settings unless the sidecar has this digest already. */
  pushSettings(settings: AgentSettings): void;
}

/** What is told about links. */
export interface SidecarLinkEvents {
  connected: [link: SidecarLink];
  disconnected: [link: SidecarLink];
  /** The runtime's state or capabilities changed. */
  runtime: [link: SidecarLink];
  tools: [link: SidecarLink];
  repositories: [link: SidecarLink];
  /** The state of a session changed, durably. */
  session: [sessionId: string];
  delta: [link: SidecarLink, delta: SessionDelta];
}

/** The sidecars that are connected to this operator. */
export interface SidecarLinks {
  /** By the pod's uid. */
  byPod(podUid: string): SidecarLink | undefined;
  /** The link of a live agent's pod, the newest if a rollout has two; pods of a single session are not meant. */
  byAgent(agent: { namespace: string; name: string }): SidecarLink | undefined;
  /** The link that holds the session, or whose pod is the session's own. */
  bySession(sessionId: string): SidecarLink | undefined;
  all(): Iterable<SidecarLink>;
  /** Returns the function that ends it. */
  on<Name extends keyof SidecarLinkEvents>(
    name: Name,
    listener: (...args: SidecarLinkEvents[Name]) => void,
  ): () => void;
}

/** The operator's answers to what sidecars ask. Controllers provide them; ingest calls them with the verified pod. */
export interface SidecarCalls {
  /** Settings for the sidecar of a pod. An error's message is told to the sidecar, which asks again later. */
  settings(pod: VerifiedPod): Promise<AgentSettings>;
  /** Idempotent by `request_id`. */
  createApproval(
    link: SidecarLink,
    request: IngestParams<'create_approval'>,
  ): Promise<IngestResult<'create_approval'>>;
  notify(
    link: SidecarLink,
    request: IngestParams<'notify'>,
  ): Promise<IngestResult<'notify'>>;
  listAgents(link: SidecarLink): Promise<IngestResult<'list_agents'>>;
}
