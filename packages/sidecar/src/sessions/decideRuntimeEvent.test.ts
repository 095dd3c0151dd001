import {
  decideRuntimeEvent,
  type RuntimeEventSnapshot,
} from './decideRuntimeEvent';

const snapshot = (
  event: Partial<RuntimeEventSnapshot['event']>,
  more: Partial<RuntimeEventSnapshot> = {},
): RuntimeEventSnapshot => ({
  event: { type: 'agent.text', payload: {}, ...event },
  hasSeen: () => false,
  hasEnded: () => false,
  ...more,
});
const turn = { id: 't1', inputId: 'i1' };

describe('decideRuntimeEvent', () => {
  it('ignores what is recorded already', () => {
    expect(
      decideRuntimeEvent(
        snapshot({ eventId: 'e' }, { hasSeen: id => id === 'e' }),
      ),
    ).toEqual({ act: 'ignore' });
  });

  it.each([
    'session.started',
    'session.init',
    'session.agent_thinking',
    'user.message',
    'user.input_response',
  ])('ignores %s, which Greenroom says itself', type => {
    expect(decideRuntimeEvent(snapshot({ type }))).toEqual({ act: 'ignore' });
  });

  it('shows deltas and records nothing of them', () => {
    const payload = { event_id: 'e', text: 'x' };
    expect(
      decideRuntimeEvent(snapshot({ type: 'delta.text', payload }, { turn })),
    ).toEqual({
      act: 'show',
      event: { type: 'delta.text', payload },
      turnId: 't1',
    });
    expect(
      decideRuntimeEvent(snapshot({ type: 'delta.text', payload: {} })),
    ).toEqual({ act: 'ignore' });
  });

  it('begins the turn that was expected when the runtime names none', () => {
    expect(
      decideRuntimeEvent(
        snapshot({ type: 'turn.started' }, { expectedTurn: turn }),
      ),
    ).toEqual({
      act: 'record',
      events: [
        {
          type: 'turn.started',
          payload: { input_id: 'i1' },
          turnId: 't1',
          turn,
        },
      ],
    });
  });

  it('begins a turn once, and never one that has ended', () => {
    expect(
      decideRuntimeEvent(
        snapshot({ type: 'turn.started', turnId: 't1' }, { turn }),
      ),
    ).toEqual({ act: 'ignore' });
    expect(
      decideRuntimeEvent(
        snapshot(
          { type: 'turn.started', turnId: 't1' },
          { hasEnded: () => true },
        ),
      ),
    ).toEqual({ act: 'ignore' });
  });

  it('ends the running turn, and only once', () => {
    const end = { type: 'turn.finished', payload: { outcome: 'completed' } };
    expect(decideRuntimeEvent(snapshot(end, { turn }))).toEqual({
      act: 'record',
      events: [{ ...end, turnId: 't1', turn: false }],
    });
    expect(
      decideRuntimeEvent(
        snapshot({ ...end, turnId: 't1' }, { hasEnded: () => true }),
      ),
    ).toEqual({ act: 'ignore' });
  });

  it('records the beginning of a turn that was cancelled while it waited', () => {
    const decision = decideRuntimeEvent(
      snapshot(
        {
          type: 'turn.cancelled',
          turnId: 't1',
          payload: { reason: 'Stopped' },
        },
        { expectedTurn: turn },
      ),
    );
    expect(decision).toMatchObject({
      act: 'record',
      events: [
        { type: 'turn.started', payload: { input_id: 'i1' } },
        { type: 'turn.cancelled' },
      ],
    });
  });

  it.each([
    [
      'session.completed',
      { result: 'Done.' },
      { outcome: 'completed', answer: 'Done.' },
    ],
    [
      'session.failed',
      { reason: 'Oops', message: 'It broke.' },
      { outcome: 'failed', error: { reason: 'Oops', message: 'It broke.' } },
    ],
  ])('ends the turn before %s', (type, payload, ended) => {
    expect(decideRuntimeEvent(snapshot({ type, payload }, { turn }))).toEqual({
      act: 'record',
      events: [
        { type: 'turn.finished', payload: ended, turnId: 't1', turn: false },
        { type, payload },
      ],
      then: 'endSession',
    });
  });

  it.each(['agent.permission_request', 'agent.input_request'])(
    'asks people for %s',
    type => {
      expect(decideRuntimeEvent(snapshot({ type }, { turn }))).toMatchObject({
        act: 'record',
        then: 'ask',
      });
    },
  );
});
