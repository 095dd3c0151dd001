import { parseDuration, type Message } from '@greenroom/kinds';

/** Whoever is to answer a Message. */
export type MessageTarget =
  | { readonly state: 'Ready' }
  | {
      readonly state: 'AgentNotFound' | 'SessionNotFound' | 'SessionEnded';
      readonly message: string;
    }
  | {
      readonly state:
        | 'AgentSuspended'
        | 'AgentNotReady'
        | 'BudgetExhausted'
        | 'Busy'
        | 'AtCapacity';
      readonly message: string;
    };

/** What is known of a Message's answer. */
export type MessageWork =
  | { readonly state: 'NotSent' }
  | { readonly state: 'Sent' }
  | {
      readonly state: 'Refused';
      readonly reason: string;
      readonly message: string;
    }
  | { readonly state: 'Working'; readonly startedAtMs: number }
  | {
      readonly state: 'Ended';
      readonly outcome: 'completed' | 'failed' | 'cancelled';
      readonly reason?: string;
      readonly message?: string;
    }
  | {
      readonly state: 'Lost';
      readonly reason: string;
      readonly message: string;
    };

/** Everything that decides what happens to a Message next. */
export interface MessageSnapshot {
  readonly message: Message;
  readonly target: MessageTarget;
  readonly work: MessageWork;
  /** When the work was first asked to stop; milliseconds since 1970. */
  readonly cancellingSinceMs?: number;
  readonly nowMs: number;
}

export type MessageEnd = 'Completed' | 'Failed' | 'Cancelled' | 'Denied';

/** What to do with a Message next. Times are milliseconds since 1970. */
export type MessageDecision =
  | { readonly act: 'none' }
  | {
      readonly act: 'await';
      readonly reason: string;
      readonly message: string;
      readonly untilMs: number;
    }
  | { readonly act: 'wait'; readonly reason: string; readonly message: string }
  /** It gets its session, and is sent. */
  | { readonly act: 'deliver' }
  /** It was sent, which may have been lost on the way; sending again is harmless. */
  | { readonly act: 'resume' }
  | { readonly act: 'run'; readonly untilMs?: number }
  | {
      readonly act: 'cancel';
      readonly reason: 'Cancelled' | 'TimedOut';
      readonly untilMs: number;
    }
  | {
      readonly act: 'settle';
      readonly phase: MessageEnd;
      readonly reason: string;
      readonly message: string;
    };

/** How long a Message waits for its agent or session to exist; the default of a Task. */
export const deliverDeadlineMs = 600_000;
/** How long a runtime has to confirm a cancel. */
export const cancelGraceMs = 10_000;

const ended: ReadonlySet<string> = new Set([
  'Completed',
  'Failed',
  'Cancelled',
  'Denied',
]);

/** Whether there is an answer, or will be none. */
export function isMessageEnded({ status }: Pick<Message, 'status'>): boolean {
  return ended.has(status?.phase ?? '');
}

/** The judgement over one Message. */
export function decideMessage(snapshot: MessageSnapshot): MessageDecision {
  const { message, work } = snapshot;
  if (isMessageEnded(message)) return { act: 'none' };
  switch (work.state) {
    case 'Ended':
      return settleOutcome(work);
    case 'Lost':
    case 'Refused':
      return {
        act: 'settle',
        phase: 'Failed',
        reason: work.reason,
        message: work.message,
      };
    case 'Working':
      return decideWorking(snapshot, work.startedAtMs);
    case 'Sent':
      return snapshot.message.spec.cancel
        ? cancel(snapshot, 'Cancelled')
        : { act: 'resume' };
    default:
      return decideWaiting(snapshot);
  }
}

function decideWorking(
  snapshot: MessageSnapshot,
  startedAtMs: number,
): MessageDecision {
  const { message, nowMs } = snapshot;
  if (message.spec.cancel) return cancel(snapshot, 'Cancelled');
  if (!message.spec.timeout) return { act: 'run' };
  const untilMs = startedAtMs + parseDuration(message.spec.timeout);
  return untilMs <= nowMs
    ? cancel(snapshot, 'TimedOut')
    : { act: 'run', untilMs };
}

function cancel(
  { cancellingSinceMs, nowMs }: MessageSnapshot,
  reason: 'Cancelled' | 'TimedOut',
): MessageDecision {
  const untilMs = (cancellingSinceMs ?? nowMs) + cancelGraceMs;
  if (untilMs > nowMs) return { act: 'cancel', reason, untilMs };
  return settleOutcome({ outcome: 'cancelled', reason });
}

function decideWaiting({
  message,
  target,
  nowMs,
}: MessageSnapshot): MessageDecision {
  if (message.spec.cancel) {
    return {
      act: 'settle',
      phase: 'Cancelled',
      reason: 'Cancelled',
      message: 'It was cancelled before it was delivered.',
    };
  }
  switch (target.state) {
    case 'Ready':
      return { act: 'deliver' };
    case 'SessionEnded':
      return {
        act: 'settle',
        phase: 'Failed',
        reason: 'SessionEnded',
        message: target.message,
      };
    case 'AgentNotFound':
    case 'SessionNotFound': {
      const untilMs =
        (Date.parse(message.metadata.creationTimestamp ?? '') || nowMs) +
        deliverDeadlineMs;
      return untilMs > nowMs
        ? {
            act: 'await',
            reason: target.state,
            message: target.message,
            untilMs,
          }
        : {
            act: 'settle',
            phase: 'Failed',
            reason: target.state,
            message: target.message,
          };
    }
    default:
      return { act: 'wait', reason: target.state, message: target.message };
  }
}

function settleOutcome({
  outcome,
  reason,
  message,
}: {
  outcome: 'completed' | 'failed' | 'cancelled';
  reason?: string;
  message?: string;
}): MessageDecision {
  if (outcome === 'completed') {
    return {
      act: 'settle',
      phase: 'Completed',
      reason: 'Completed',
      message: 'The answer is complete.',
    };
  }
  if (outcome === 'failed') {
    return {
      act: 'settle',
      phase: reason === 'Denied' ? 'Denied' : 'Failed',
      reason: reason ?? 'RuntimeFailed',
      message: message ?? 'The runtime reported failure.',
    };
  }
  return reason === 'TimedOut'
    ? {
        act: 'settle',
        phase: 'Failed',
        reason: 'TimedOut',
        message: 'The answer took longer than timeout; the work was aborted.',
      }
    : {
        act: 'settle',
        phase: 'Cancelled',
        reason: 'Cancelled',
        message: message ?? 'Somebody cancelled it.',
      };
}
