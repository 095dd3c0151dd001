import { parseDuration, type Session } from '@greenroom/kinds';
import type { SessionState } from '@greenroom/protocol';
import { isEnded } from '@greenroom/protocol';
import type { AgentAvailability } from './sessionAgent';

type Phase = NonNullable<NonNullable<Session['status']>['phase']>;
export type EndedPhase = 'Completed' | 'Failed' | 'Cancelled' | 'Expired';

/** What a Session refers to, as far as opening depends on it. */
export type SessionAgent =
  | AgentAvailability
  | {
      readonly state: 'Missing';
      readonly reason: string;
      readonly message: string;
    }
  | {
      readonly state: 'Invalid';
      readonly reason: string;
      readonly message: string;
    };

/** The pod of a session. */
export type SessionPod =
  | { readonly state: 'None' }
  | {
      readonly state: 'Starting';
      readonly trouble?: { readonly reason: string; readonly message: string };
    }
  | { readonly state: 'Connected' }
  | {
      readonly state: 'Lost';
      readonly reason: string;
      readonly message: string;
    };

/** Everything that decides what happens to a Session next. */
export interface SessionSnapshot {
  readonly session: Session;
  readonly agent: SessionAgent;
  readonly pod: SessionPod;
  /** What its events add up to; undefined before the first. */
  readonly state: SessionState | undefined;
  /** Messages that wait for an answer. */
  readonly waitingMessages: number;
  readonly refused?: { readonly reason: string; readonly message: string };
  /** When it was first asked to end; milliseconds since 1970. */
  readonly closingSinceMs?: number;
  readonly nowMs: number;
}

/** What to do with a Session next. Times are milliseconds since 1970. */
export type SessionDecision =
  | { readonly act: 'none' }
  | {
      readonly act: 'await';
      readonly reason: string;
      readonly message: string;
      readonly untilMs: number;
    }
  | { readonly act: 'wait'; readonly reason: string; readonly message: string }
  /** It has no id yet: it gets one, and begins. */
  | { readonly act: 'start' }
  /** Its pod or its sidecar is to have it; asking again is harmless. */
  | {
      readonly act: 'open';
      readonly phase: Phase;
      readonly untilMs?: number;
      readonly trouble?: string;
    }
  /** It is open: what its events say is what its status says. */
  | { readonly act: 'follow'; readonly phase: Phase; readonly untilMs?: number }
  | { readonly act: 'rest' }
  | {
      readonly act: 'close';
      readonly reason: CloseReason;
      readonly untilMs: number;
    }
  | {
      readonly act: 'settle';
      readonly phase: EndedPhase;
      readonly reason: string;
      readonly message: string;
    };

export type CloseReason =
  | 'Cancelled'
  | 'TimedOut'
  | 'IdleTimeout'
  | 'Completed';

/** How long a Session waits for what it refers to, and for its pod; the default of a Task. */
export const startDeadlineMs = 600_000;
/** How long a sidecar has to say that a session is closed. */
export const closeGraceMs = 10_000;

const endMessages = {
  Cancelled: 'Somebody cancelled it.',
  TimedOut: 'It lasted longer than its timeout.',
  IdleTimeout: 'Nothing happened for its idleTimeout.',
  Completed: 'Its one answer was given.',
} as const;

const endedPhases: ReadonlySet<string> = new Set([
  'Completed',
  'Failed',
  'Cancelled',
  'Expired',
]);

/** Whether a Session has ended; it ends once. */
export function hasEnded({ status }: Pick<Session, 'status'>): boolean {
  return endedPhases.has(status?.phase ?? '');
}

/** The judgement over one Session. */
export function decideSession(snapshot: SessionSnapshot): SessionDecision {
  const { session, state, refused } = snapshot;
  if (hasEnded(session)) return { act: 'none' };
  if (state && isEnded(state)) return settleFrom(state);
  const id = session.status?.session?.id;
  if (!id) return decideBeginning(snapshot);
  if (refused) return { act: 'settle', phase: 'Failed', ...refused };
  const ending = decideEnding(snapshot);
  if (ending) return ending;
  if (
    session.spec.suspend &&
    snapshot.waitingMessages === 0 &&
    state?.turn?.outcome !== 'running'
  )
    return { act: 'rest' };
  return decidePresence(snapshot);
}

function decideBeginning({
  session,
  agent,
  nowMs,
}: SessionSnapshot): SessionDecision {
  if (session.spec.cancel) {
    return {
      act: 'settle',
      phase: 'Cancelled',
      reason: 'Cancelled',
      message: 'It was cancelled before it began.',
    };
  }
  switch (agent.state) {
    case 'Missing': {
      const untilMs = createdMs(session) + startDeadlineMs;
      if (untilMs > nowMs)
        return {
          act: 'await',
          reason: agent.reason,
          message: agent.message,
          untilMs,
        };
      return {
        act: 'settle',
        phase: 'Failed',
        reason: 'StartDeadlineExceeded',
        message: agent.message,
      };
    }
    case 'Invalid':
      return {
        act: 'settle',
        phase: 'Failed',
        reason: agent.reason,
        message: agent.message,
      };
    case 'Suspended':
      return { act: 'wait', reason: 'AgentSuspended', message: agent.message };
    case 'NotReady':
      return { act: 'wait', reason: 'AgentNotReady', message: agent.message };
    case 'BudgetExhausted':
      return { act: 'wait', reason: 'AgentNotReady', message: agent.message };
    default:
      return { act: 'start' };
  }
}

/** Limits of time, a person's cancel, and the one answer of a session that is not interactive. */
function decideEnding(snapshot: SessionSnapshot): SessionDecision | undefined {
  const { closingSinceMs, nowMs } = snapshot;
  const reason = closeReason(snapshot);
  if (!reason) return undefined;
  const untilMs = (closingSinceMs ?? nowMs) + closeGraceMs;
  if (untilMs > nowMs) return { act: 'close', reason, untilMs };
  const phase = {
    Cancelled: 'Cancelled',
    TimedOut: 'Expired',
    IdleTimeout: 'Expired',
    Completed: 'Completed',
  } as const;
  return {
    act: 'settle',
    phase: phase[reason],
    reason,
    message: endMessages[reason],
  };
}

function closeReason({
  session,
  state,
  nowMs,
  waitingMessages,
}: SessionSnapshot): CloseReason | undefined {
  const { spec, status } = session;
  if (spec.cancel) return 'Cancelled';
  const sinceMs = Date.parse(status?.startTime ?? '');
  if (spec.timeout && sinceMs + parseDuration(spec.timeout) <= nowMs)
    return 'TimedOut';
  if (!state || waitingMessages > 0) return undefined;
  if (!spec.interactive && state.turn && state.turn.outcome !== 'running')
    return 'Completed';
  const idleAt = idleUntilMs(session, state);
  return idleAt !== undefined && idleAt <= nowMs ? 'IdleTimeout' : undefined;
}

/** When an idle session ends; undefined while it is at work or waits for a person. */
function idleUntilMs(
  { spec }: Session,
  state: SessionState,
): number | undefined {
  if (
    !spec.idleTimeout ||
    state.turn?.outcome === 'running' ||
    state.pending.length > 0
  )
    return undefined;
  const last = state.turn?.endedAt ?? state.createdAt;
  return last === undefined
    ? undefined
    : Date.parse(last) + parseDuration(spec.idleTimeout);
}

function decidePresence({
  session,
  agent,
  pod,
  state,
  nowMs,
}: SessionSnapshot): SessionDecision {
  const begun = state !== undefined && state.phase !== 'Pending';
  switch (pod.state) {
    case 'Lost':
      if (session.spec.workspace?.persist)
        return { act: 'open', phase: 'Suspended', trouble: pod.message };
      return {
        act: 'settle',
        phase: 'Failed',
        reason: pod.reason,
        message: pod.message,
      };
    case 'Connected':
      return begun
        ? {
            act: 'follow',
            phase: phaseOf(state),
            ...until(wakeAtMs(session, state)),
          }
        : {
            act: 'open',
            phase: 'Starting',
            untilMs: startedMs(session, nowMs) + startDeadlineMs,
          };
    default: {
      if (agent.state === 'Suspended' && session.spec.placement === 'Shared') {
        return {
          act: 'wait',
          reason: 'AgentSuspended',
          message: agent.message,
        };
      }
      const trouble = pod.state === 'Starting' ? pod.trouble : undefined;
      const untilMs = startedMs(session, nowMs) + startDeadlineMs;
      if (!begun && untilMs <= nowMs) {
        return {
          act: 'settle',
          phase: 'Failed',
          reason: 'StartDeadlineExceeded',
          message: `It did not begin within ${
            startDeadlineMs / 60_000
          } minutes. ${trouble?.message ?? ''}`.trim(),
        };
      }
      return {
        act: 'open',
        phase: 'Starting',
        ...(begun ? {} : { untilMs }),
        ...(trouble ? { trouble: trouble.message } : {}),
      };
    }
  }
}

function settleFrom({ phase, error, turn }: SessionState): SessionDecision {
  const reason = {
    Completed: 'Completed',
    Failed: error?.reason ?? 'RuntimeFailed',
    Cancelled: 'Cancelled',
    Expired: 'TimedOut',
  };
  const ended = phase as EndedPhase;
  return {
    act: 'settle',
    phase: ended,
    reason: reason[ended],
    message:
      error?.message ??
      turn?.error?.message ??
      `The session ended as ${ended}.`,
  };
}

function phaseOf({ phase }: SessionState): Phase {
  return phase === 'Pending' ? 'Starting' : phase;
}

function wakeAtMs(session: Session, state: SessionState): number | undefined {
  const times = [
    idleUntilMs(session, state),
    session.spec.timeout
      ? Date.parse(session.status?.startTime ?? '') +
        parseDuration(session.spec.timeout)
      : undefined,
  ].filter((time): time is number => time !== undefined && !Number.isNaN(time));
  return times.length > 0 ? Math.min(...times) : undefined;
}

function until(untilMs: number | undefined): { untilMs?: number } {
  return untilMs === undefined ? {} : { untilMs };
}

function createdMs({ metadata }: Session): number {
  return Date.parse(metadata.creationTimestamp ?? '') || 0;
}

function startedMs({ status }: Session, nowMs: number): number {
  return Date.parse(status?.startTime ?? '') || nowMs;
}
