import type { EventPayloads } from '../events/eventTypes';
import type { SessionEvent, SessionEventOf } from '../events/SessionEvent';
import {
  isEnded,
  type PendingRequest,
  type Problem,
  type SessionPhase,
  type SessionState,
  type TurnState,
} from './SessionState';
import { addUsage } from './sessionUsage';

/** Reasons of `session.cancelled` that mean a limit of time, not a person. */
const EXPIRY_REASONS: ReadonlySet<string> = new Set([
  'TimedOut',
  'IdleTimeout',
  'Expired',
]);

type EndPhase = keyof typeof TURN_OUTCOMES;

/** How a turn ended that was running when its session did. */
const TURN_OUTCOMES = {
  Completed: 'completed',
  Failed: 'failed',
  Cancelled: 'cancelled',
  Expired: 'cancelled',
} as const;

/**
 * Folds one event into what is known about its session. Pure: the same events give the same state, and the state after
 * `n` events does not depend on what follows. An event at or below `state.seq` changes nothing, so a replay is harmless.
 */
export function projectSession(
  state: SessionState,
  event: SessionEvent,
): SessionState {
  if (event.seq <= state.seq) return state;
  const next: SessionState = {
    ...state,
    sessionId: event.session_id,
    epoch: event.epoch,
    seq: event.seq,
    lastEventAt: event.ts,
  };
  return withPhase(apply(next, event), event);
}

function apply(state: SessionState, event: SessionEvent): SessionState {
  switch (event.type) {
    case 'session.created':
      return created(state, event);
    case 'session.completed':
      return ended(state, event, 'Completed', { answer: event.payload.result });
    case 'session.failed':
      return ended(state, event, 'Failed', { error: event.payload });
    case 'session.cancelled':
      return ended(
        state,
        event,
        EXPIRY_REASONS.has(event.payload.reason) ? 'Expired' : 'Cancelled',
      );
    case 'user.message':
      return { ...state, messages: state.messages + 1 };
    case 'user.input_response':
      return answered(state, event.payload.request_id);
    case 'agent.text':
      return said(state, event.payload.text);
    case 'agent.status':
      return {
        ...state,
        status: {
          text: event.payload.text,
          state: event.payload.state,
          at: event.ts,
        },
      };
    case 'agent.artifact':
      return made(state, event);
    case 'agent.usage':
      return { ...state, usage: addUsage(state.usage, event.payload) };
    case 'agent.input_request':
      return asked(state, {
        requestId: event.payload.request_id,
        type: 'Question',
        turnId: event.turn_id,
        askedAt: event.ts,
        subject: event.payload.question,
        choices: event.payload.choices,
      });
    case 'agent.permission_request':
      return asked(state, {
        requestId: event.payload.request_id,
        type: 'Permission',
        turnId: event.turn_id,
        askedAt: event.ts,
        subject: event.payload.action,
        reason: event.payload.reason,
        tool: event.payload.tool,
      });
    case 'approval.requested':
      return asked(state, requestedApproval(event));
    case 'approval.decided':
    case 'approval.expired':
      return answered(state, event.payload.request_id);
    case 'task.started':
      return { ...state, task: event.payload.task };
    case 'task.finished': {
      const { task, ...outcome } = event.payload;
      return { ...state, task: { ...task, ...outcome } };
    }
    case 'turn.started':
      return turnStarted(state, event);
    case 'turn.finished':
      return turnEnded(state, event, event.payload.outcome, event.payload);
    case 'turn.cancelled':
      return turnEnded(state, event, 'cancelled', {
        error: {
          reason: event.payload.reason,
          message: event.payload.message ?? event.payload.reason,
        },
      });
    default:
      return state;
  }
}

function created(
  state: SessionState,
  { payload, ts }: SessionEventOf<'session.created'>,
): SessionState {
  return {
    ...state,
    kind: payload.kind,
    namespace: payload.namespace,
    name: payload.name,
    title: payload.title,
    owner: payload.owner,
    agent: payload.agent,
    createdAt: ts,
  };
}

function ended(
  state: SessionState,
  event: SessionEvent,
  phase: EndPhase,
  { answer, error }: { answer?: string; error?: Problem } = {},
): SessionState {
  if (isEnded(state)) return state;
  // A turn cannot outlive its session, whatever its runtime still meant to say.
  const next = withTurn(state, turn => ({
    ...turn,
    endedAt: event.ts,
    outcome: TURN_OUTCOMES[phase],
    answer: answer ?? turn.answer,
    error,
  }));
  const lastSaid = phase === 'Completed' ? next.turn?.answer : undefined;
  return {
    ...next,
    phase,
    endedAt: event.ts,
    answer: answer ?? lastSaid ?? state.answer,
    error: error ?? state.error,
    pending: [],
  };
}

function said(state: SessionState, text: string): SessionState {
  return withTurn({ ...state, messages: state.messages + 1 }, turn =>
    // An artifact marked as the answer stands before what is merely said.
    state.artifacts.some(({ answer, turnId }) => answer && turnId === turn.id)
      ? turn
      : { ...turn, answer: text },
  );
}

function made(
  state: SessionState,
  { payload, turn_id, ts }: SessionEventOf<'agent.artifact'>,
): SessionState {
  const { content, ...rest } = payload;
  const artifact = { ...rest, turnId: turn_id ?? state.turn?.id, at: ts };
  const next = {
    ...state,
    artifacts: [
      ...state.artifacts.filter(({ name }) => name !== payload.name),
      artifact,
    ],
  };
  if (!payload.answer) return next;
  return withTurn(next, turn => ({
    ...turn,
    answer: content ?? turn.answer,
  }));
}

function withTurn(
  state: SessionState,
  change: (turn: TurnState) => TurnState,
): SessionState {
  return state.turn?.outcome === 'running'
    ? { ...state, turn: change(state.turn) }
    : state;
}

function asked(state: SessionState, request: PendingRequest): SessionState {
  if (isEnded(state)) return state;
  const before = state.pending.find(
    ({ requestId }) => requestId === request.requestId,
  );
  return {
    ...state,
    pending: before
      ? state.pending.map(each =>
          each === before ? { ...before, ...defined(request) } : each,
        )
      : [...state.pending, request],
  };
}

function requestedApproval({
  payload,
  turn_id,
  ts,
}: SessionEventOf<'approval.requested'>): PendingRequest {
  return {
    requestId: payload.request_id,
    type: payload.type,
    turnId: turn_id,
    askedAt: ts,
    subject: payload.question ?? payload.action ?? payload.tool ?? '',
    reason: payload.reason,
    tool: payload.tool,
    choices: payload.choices,
    approval: payload.approval,
    expiresAt: payload.expires_at,
  };
}

function answered(state: SessionState, requestId: string): SessionState {
  return {
    ...state,
    pending: state.pending.filter(each => each.requestId !== requestId),
  };
}

function turnStarted(
  state: SessionState,
  event: SessionEventOf<'turn.started'>,
): SessionState {
  return {
    ...state,
    turns: state.turns + 1,
    turn: {
      id: event.turn_id ?? event.id,
      inputId: event.payload.input_id,
      startedAt: event.ts,
      outcome: 'running',
    },
  };
}

function turnEnded(
  state: SessionState,
  event: SessionEvent,
  outcome: TurnState['outcome'],
  { answer, error }: Partial<EventPayloads['turn.finished']>,
): SessionState {
  const { turn } = state;
  const isOther = turn && event.turn_id && turn.id !== event.turn_id;
  if (!turn || isOther || turn.outcome !== 'running') return state;
  const lastSaid = answer ?? turn.answer;
  return {
    ...state,
    turn: { ...turn, outcome, endedAt: event.ts, answer: lastSaid, error },
    answer: lastSaid ?? state.answer,
    error: outcome === 'failed' ? error : state.error,
    pending: state.pending.filter(({ turnId }) => turnId !== turn.id),
  };
}

/** The phase follows from what is known, except where an event says it outright. */
function withPhase(state: SessionState, event: SessionEvent): SessionState {
  if (isEnded(state)) return state;
  return { ...state, phase: phaseOf(state, event) };
}

function phaseOf(state: SessionState, event: SessionEvent): SessionPhase {
  if (event.type === 'session.created') return 'Starting';
  if (event.type === 'session.suspended') return 'Suspended';
  if (state.pending.some(({ type }) => type === 'Permission')) {
    return 'AwaitingApproval';
  }
  if (state.pending.length) return 'AwaitingInput';
  if (state.turn?.outcome === 'running') return 'Active';
  const isResting = state.phase === 'Suspended' || state.phase === 'Starting';
  const wakes =
    event.type === 'session.started' ||
    event.type === 'session.resumed' ||
    event.type.startsWith('turn.');
  if (isResting && !wakes) return state.phase;
  return state.phase === 'Pending' ? 'Pending' : 'Idle';
}

function defined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, each]) => each !== undefined),
  ) as Partial<T>;
}
