import type { RuntimeState } from './ingestMessages';
import type { AgentSettings, SessionOpening } from '@greenroom/protocol';

/** Something for a session to take in. Its id makes sending it twice harmless. */
export interface SessionInput {
  id: string;
  session_id: string;
  kind: 'task' | 'message' | 'answer';
  text: string;
  /** Entity ref or Kubernetes user on whose behalf. */
  actor: string;
  turn_id?: string;
  request_id?: string;
  payload?: unknown;
  /** RFC 3339. */
  expires_at?: string;
}

/** A person's answer to a permission or question, or its expiry. */
export interface SessionDecision {
  request_id: string;
  session_id: string;
  /** Name of the Approval. */
  approval: string;
  approved: boolean;
  answer?: string;
  reason?: string;
  edited_arguments?: unknown;
  decided_by?: string;
  expired?: boolean;
}

/** What became of an input. */
export interface InputStatus {
  id: string;
  session_id: string;
  state: 'accepted' | 'failed' | 'duplicate' | 'expired';
  turn_id?: string;
  reason?: string;
  message?: string;
}

/** What became of opening or closing a session. */
export interface SessionOutcome {
  session_id: string;
  state: 'open' | 'failed' | 'closed';
  reason?: string;
  message?: string;
}

/** One connected sidecar. Methods fail with `LinkClosedError` once it is gone; whatever is sent twice is done once. */
export interface SidecarLink {
  readonly pod: { namespace: string; name: string; uid: string };
  /** From the pod's labels, never from what the sidecar says. */
  readonly agent: { namespace: string; name: string } | undefined;
  /** The one session of a dedicated pod. */
  readonly sessionId: string | undefined;
  readonly runtime: RuntimeState;
  /** Sessions the sidecar has open. */
  readonly openSessions: ReadonlySet<string>;
  /** Resolves when the sidecar said that the session is open; rejects when it failed or within 30 s said nothing. */
  openSession(opening: SessionOpening): Promise<SessionOutcome>;
  /** Resolves with what the sidecar answered. */
  send(input: SessionInput): Promise<InputStatus>;
  /** Aborts a turn's work; the end shows in the session's state. */
  cancel(sessionId: string, reason: string, turnId?: string): void;
  closeSession(sessionId: string, reason: string): Promise<SessionOutcome>;
  decide(decision: SessionDecision): void;
  /** Sends the settings unless the sidecar has this digest already. */
  pushSettings(settings: AgentSettings): void;
}

/** What is told about links; `session` means that a session's state changed. */
export interface SidecarLinkEvents {
  connected: [link: SidecarLink];
  disconnected: [link: SidecarLink];
  runtime: [link: SidecarLink];
  tools: [link: SidecarLink, tools: ToolState[]];
  session: [sessionId: string];
}

/** What a sidecar says about a bound tool. */
export interface ToolState {
  name: string;
  state: string;
  message?: string;
}

/** The sidecars that are connected to this operator. */
export interface SidecarLinks {
  /** By the pod's uid. */
  byPod(podUid: string): SidecarLink | undefined;
  /** The link of a live agent's pod; the newest if a rollout has two. */
  byAgent(agent: { namespace: string; name: string }): SidecarLink | undefined;
  /** The link that has the session open, or whose pod is the session's own. */
  bySession(sessionId: string): SidecarLink | undefined;
  all(): Iterable<SidecarLink>;
  on<Name extends keyof SidecarLinkEvents>(
    name: Name,
    listener: (...args: SidecarLinkEvents[Name]) => void,
  ): () => void;
}

/** The operator's answers to what sidecars ask (`call`). Controllers provide them; ingest calls them with the verified pod. */
export interface SidecarCalls {
  /** Idempotent by `request_id`. */
  createApproval(
    link: SidecarLink,
    request: ApprovalRequest,
  ): Promise<{ name: string; expires_at: string }>;
  notify(
    link: SidecarLink,
    request: NotificationRequest,
  ): Promise<{ name: string }>;
  listAgents(link: SidecarLink): Promise<unknown>;
  /** Settings for the sidecar of a pod, or why there are none yet. */
  settings(link: SidecarLink): Promise<AgentSettings>;
}

/** A permission or question to put before people. */
export interface ApprovalRequest {
  session_id: string;
  request_id: string;
  type: 'Permission' | 'Question';
  action: string;
  tool?: string;
  arguments?: unknown;
  reason?: string;
  question?: string;
  choices?: string[];
  policy?: string;
  rule?: string;
  approvers?: string[];
  quorum?: number;
  timeout_ms?: number;
  on_timeout?: string;
}

/** A note from an agent to people. */
export interface NotificationRequest {
  session_id: string;
  message: string;
  type?: string;
  title?: string;
  recipients?: string[];
}
