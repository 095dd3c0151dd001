import type { SessionInput } from '@greenroom/protocol';
import { HeldSession } from '../log/HeldSession';
import type { InputState } from '../log/LogRecord';
import { decideInput } from './decideInput';
import { decideLimit } from './decideLimit';
import { decideSessionEnd } from './decideSessionEnd';

const input = (more: Partial<SessionInput> = {}): SessionInput => ({
  id: 'i',
  session_id: 's',
  kind: 'message',
  text: 'Hi',
  actor: { type: 'user', id: 'jane' },
  ...more,
});
const session = (state?: InputState, held: 'open' | 'closed' = 'open') => {
  const made = new HeldSession({ session_id: 's' } as never, 1, 0, '', 0, held);
  if (state) made.inputs.set('i', { state, turnId: 't' });
  return made;
};
const now = Date.parse('2026-11-21T12:00:00Z');
const decide = (
  from: HeldSession | undefined,
  more: Partial<SessionInput> = {},
  forgotten?: 'closed',
) => decideInput({ input: input(more), session: from, forgotten, now });

describe('decideInput', () => {
  it('takes what is new', () => {
    expect(decide(session())).toEqual({ act: 'take' });
    expect(decide(session(), { expires_at: '2026-11-21T12:00:01Z' })).toEqual({
      act: 'take',
    });
  });

  it.each<[InputState, object]>([
    ['taken', { act: 'wait' }],
    ['delivered', { act: 'reply', state: 'duplicate', turnId: 't' }],
    ['done', { act: 'reply', state: 'duplicate', turnId: 't' }],
    ['failed', { act: 'reply', state: 'failed', reason: 'AlreadyFailed' }],
    ['expired', { act: 'reply', state: 'expired' }],
  ])('never takes one again that is %s', (state, decision) => {
    expect(decide(session(state))).toMatchObject(decision);
  });

  it('says that its time is over, its session ended or unknown', () => {
    expect(decide(session(), { expires_at: '2026-11-21T12:00:00Z' })).toEqual({
      act: 'reply',
      state: 'expired',
    });
    expect(decide(session(undefined, 'closed'))).toMatchObject({
      state: 'failed',
      reason: 'SessionEnded',
    });
    expect(decide(undefined, {}, 'closed')).toMatchObject({
      state: 'failed',
      reason: 'SessionEnded',
    });
    expect(decide(undefined)).toMatchObject({
      state: 'failed',
      reason: 'UnknownSession',
    });
  });
});

describe('decideSessionEnd', () => {
  it.each([
    ['Completed', 'session.completed'],
    ['Stopped', 'session.cancelled'],
    ['TimedOut', 'session.cancelled'],
    ['Deleted', 'session.cancelled'],
    ['Failed', 'session.failed'],
  ])('takes the reason %s for %s', (reason, type) => {
    expect(decideSessionEnd(reason)).toMatchObject({
      type,
      payload: { reason },
    });
  });
});

describe('decideLimit', () => {
  const times = { openedAt: 0, activeAt: 500, now: 1_000 };
  it.each([
    [{}, undefined],
    [{ timeoutMs: 1_001, idleTimeoutMs: 501 }, undefined],
    [{ timeoutMs: 1_000 }, 'TimedOut'],
    [{ idleTimeoutMs: 500 }, 'IdleTimeout'],
    [{ timeoutMs: 1_000, idleTimeoutMs: 500 }, 'TimedOut'],
  ])('with the limits %j says %s', (limits, reason) => {
    expect(decideLimit(limits, times)).toBe(reason);
  });
});
