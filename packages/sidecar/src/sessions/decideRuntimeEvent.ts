import { isTransientType, TransientEvent } from '@greenroom/protocol';
import type { RunningTurn } from '../log/LogRecord';
import type { RuntimeEvent } from '../runtime/RuntimeDriver';

/** What a session's state says about an event of its runtime. */
export interface RuntimeEventSnapshot {
  event: RuntimeEvent;
  turn?: RunningTurn;
  /** The turn that the next one to start will be, for a runtime that names none. */
  expectedTurn?: RunningTurn;
  hasSeen(eventId: string): boolean;
  /** Whether a turn of this id has ended. */
  hasEnded(turnId: string): boolean;
}

/** One event to record. */
export interface RecordedEvent {
  type: string;
  payload: unknown;
  turnId?: string;
  /** Set where the turn that runs changes with it. */
  turn?: RunningTurn | false;
}

/** What to do with an event of a runtime. The last of `events` stands for the runtime's own. */
export type RuntimeEventDecision =
  | { act: 'ignore' }
  | { act: 'show'; event: TransientEvent; turnId?: string }
  | { act: 'record'; events: RecordedEvent[]; then?: 'ask' | 'endSession' };

/** What only Greenroom says of a session, or says itself at the right moment; runtimes of x1agent echo it. */
const OURS: ReadonlySet<string> = new Set([
  'session.init',
  'session.started',
  'session.resumed',
  'session.agent_thinking',
  'session.agent_thinking_cancelled',
  'user.message',
  'user.input_response',
]);

const ASKS: ReadonlySet<string> = new Set([
  'agent.permission_request',
  'agent.input_request',
]);

/** Judges one event of a runtime, in the state that its session is in. */
export function decideRuntimeEvent(
  snapshot: RuntimeEventSnapshot,
): RuntimeEventDecision {
  const { event, turn } = snapshot;
  if (event.eventId && snapshot.hasSeen(event.eventId))
    return { act: 'ignore' };
  if (OURS.has(event.type)) return { act: 'ignore' };
  const turnId = event.turnId ?? turn?.id;
  if (isTransientType(event.type)) {
    const parsed = TransientEvent.safeParse({
      type: event.type,
      payload: event.payload,
    });
    return parsed.success
      ? { act: 'show', event: parsed.data, ...(turnId && { turnId }) }
      : { act: 'ignore' };
  }
  switch (event.type) {
    case 'turn.started':
      return decideTurnStart(snapshot);
    case 'turn.finished':
    case 'turn.cancelled':
      return decideTurnEnd(snapshot);
    case 'session.completed':
    case 'session.failed':
      return {
        act: 'record',
        events: [
          ...endOfTurn(event, turn),
          { type: event.type, payload: event.payload },
        ],
        then: 'endSession',
      };
    default:
      return {
        act: 'record',
        events: [
          {
            type: event.type,
            payload: event.payload,
            ...(turnId && { turnId }),
          },
        ],
        ...(ASKS.has(event.type) && { then: 'ask' as const }),
      };
  }
}

function decideTurnStart({
  event,
  turn,
  expectedTurn,
  hasEnded,
}: RuntimeEventSnapshot): RuntimeEventDecision {
  const id = event.turnId ?? expectedTurn?.id ?? turn?.id;
  if (!id || turn?.id === id || hasEnded(id)) return { act: 'ignore' };
  const inputId = expectedTurn?.id === id ? expectedTurn.inputId : undefined;
  const payload = typeof event.payload === 'object' ? event.payload : {};
  return {
    act: 'record',
    events: [
      {
        type: event.type,
        payload: { ...(inputId && { input_id: inputId }), ...payload },
        turnId: id,
        turn: { id, ...(inputId && { inputId }) },
      },
    ],
  };
}

function decideTurnEnd({
  event,
  turn,
  expectedTurn,
  hasEnded,
}: RuntimeEventSnapshot): RuntimeEventDecision {
  const id = event.turnId ?? turn?.id ?? expectedTurn?.id;
  if (!id || hasEnded(id)) return { act: 'ignore' };
  const end: RecordedEvent = {
    type: event.type,
    payload: event.payload,
    turnId: id,
  };
  if (turn?.id === id)
    return { act: 'record', events: [{ ...end, turn: false }] };
  // An end without a beginning, such as a turn that was cancelled while it waited: both are recorded, for readers pair them.
  const inputId = expectedTurn?.id === id ? expectedTurn.inputId : undefined;
  const start: RecordedEvent = {
    type: 'turn.started',
    payload: inputId ? { input_id: inputId } : {},
    turnId: id,
  };
  return { act: 'record', events: turn ? [end] : [start, end] };
}

/** How the turn that runs ends when the runtime ends the session, as x1agent's do instead of ending the turn. */
function endOfTurn(
  event: RuntimeEvent,
  turn: RunningTurn | undefined,
): RecordedEvent[] {
  if (!turn) return [];
  const { result, reason, message } = event.payload as Record<
    string,
    string | undefined
  >;
  const payload =
    event.type === 'session.completed'
      ? { outcome: 'completed', ...(result && { answer: result }) }
      : {
          outcome: 'failed',
          error: {
            reason: reason ?? 'RuntimeError',
            message: message ?? 'The runtime failed.',
          },
        };
  return [{ type: 'turn.finished', payload, turnId: turn.id, turn: false }];
}
