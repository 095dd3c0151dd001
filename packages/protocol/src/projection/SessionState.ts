import type { ApprovalType } from '../events/approvalEvents';
import type { EventPayloads } from '../events/eventTypes';
import type { SessionKind } from '../events/sessionEvents';
import type { SessionUsage } from './sessionUsage';

/** Where a session stands. The last four are ends, and ended means ended once. */
export type SessionPhase =
  | 'Pending'
  | 'Starting'
  | 'Active'
  | 'Idle'
  | 'AwaitingInput'
  | 'AwaitingApproval'
  | 'Suspended'
  | 'Completed'
  | 'Failed'
  | 'Cancelled'
  | 'Expired';

/** A problem: a word for programs, a sentence for people. */
export interface Problem {
  reason: string;
  message: string;
}

/** The turn that runs, or the last one that ran. */
export interface TurnState {
  id: string;
  inputId?: string;
  startedAt: string;
  endedAt?: string;
  outcome: 'running' | 'completed' | 'failed' | 'cancelled';
  /** What the turn answered; the text of its artifact marked as answer, or its last text, where it says nothing itself. */
  answer?: string;
  error?: Problem;
}

/** Something that people must answer before the agent goes on. */
export interface PendingRequest {
  requestId: string;
  type: ApprovalType;
  turnId?: string;
  askedAt: string;
  /** What is asked: the question, or the action to be allowed. */
  subject: string;
  reason?: string;
  tool?: string;
  choices?: string[];
  /** Name of the Approval object, once it exists. */
  approval?: string;
  expiresAt?: string;
}

/** An artifact without its content. */
export type ArtifactSummary = Omit<
  EventPayloads['agent.artifact'],
  'content'
> & { turnId?: string; at: string };

/** What the events of one session add up to. */
export interface SessionState {
  sessionId?: string;
  kind?: SessionKind;
  namespace?: string;
  name?: string;
  title?: string;
  owner?: string;
  agent?: { namespace: string; name: string; uid: string };
  phase: SessionPhase;
  createdAt?: string;
  endedAt?: string;
  lastEventAt?: string;
  epoch: number;
  /** Of the last event folded in; 0 before the first. */
  seq: number;
  /** User messages and whole texts of the agent. */
  messages: number;
  turns: number;
  turn?: TurnState;
  /** Of the last turn that gave one. */
  answer?: string;
  error?: Problem;
  status?: { text: string; state?: string; at: string };
  usage: SessionUsage;
  pending: readonly PendingRequest[];
  artifacts: readonly ArtifactSummary[];
  task?: {
    namespace: string;
    name: string;
    uid: string;
    outcome?: EventPayloads['task.finished']['outcome'];
    reason?: string;
    message?: string;
  };
}

/** A session of which nothing is known yet. */
export const initialSessionState: SessionState = {
  phase: 'Pending',
  epoch: 0,
  seq: 0,
  messages: 0,
  turns: 0,
  usage: { calls: 0, inputTokens: 0, outputTokens: 0, models: [] },
  pending: [],
  artifacts: [],
};

/** Whether a session ended, however. */
export function isEnded({ phase }: Pick<SessionState, 'phase'>): boolean {
  return (
    phase === 'Completed' ||
    phase === 'Failed' ||
    phase === 'Cancelled' ||
    phase === 'Expired'
  );
}
