import type { SessionInput } from '@greenroom/protocol';
import type { HeldSession } from '../log/HeldSession';
import type { HeldState } from '../log/LogRecord';

/** What to do with an input from the operator. */
export type InputDecision =
  | { act: 'take' }
  /** It is being delivered; whoever waits hears when that is done. */
  | { act: 'wait' }
  | {
      act: 'reply';
      state: 'duplicate' | 'failed' | 'expired';
      turnId?: string;
      reason?: string;
      message?: string;
    };

/** Judges an input: each id is delivered once, whatever is sent how often. */
export function decideInput(snapshot: {
  input: SessionInput;
  session: HeldSession | undefined;
  forgotten: HeldState | undefined;
  now: number;
}): InputDecision {
  const { input, session, forgotten, now } = snapshot;
  if (!session) {
    return forgotten
      ? {
          act: 'reply',
          state: 'failed',
          reason: 'SessionEnded',
          message: `Session "${input.session_id}" has ended; nothing can be added to it.`,
        }
      : {
          act: 'reply',
          state: 'failed',
          reason: 'UnknownSession',
          message: `Session "${input.session_id}" is not open here. Open it first.`,
        };
  }
  const known = session.inputs.get(input.id);
  if (known?.state === 'taken') return { act: 'wait' };
  if (known) {
    if (known.state === 'delivered' || known.state === 'done') {
      return {
        act: 'reply',
        state: 'duplicate',
        ...(known.turnId && { turnId: known.turnId }),
      };
    }
    return {
      act: 'reply',
      state: known.state === 'expired' ? 'expired' : 'failed',
      reason: 'AlreadyFailed',
      message: `Input "${input.id}" failed before. Send it again under a new id.`,
    };
  }
  if (session.state !== 'open') {
    return {
      act: 'reply',
      state: 'failed',
      reason: 'SessionEnded',
      message: `Session "${input.session_id}" has ended; nothing can be added to it.`,
    };
  }
  if (isExpired(input, now)) return { act: 'reply', state: 'expired' };
  return { act: 'take' };
}

/** Whether an input's time is over. */
export function isExpired(input: SessionInput, now: number): boolean {
  return input.expires_at !== undefined && Date.parse(input.expires_at) <= now;
}
