import { eventDefinitions, isEventType, mayEmit } from './eventTypes';
import { parseSessionEvent } from './SessionEvent';

const envelope = {
  v: 1,
  session_id: '0193a5b0-7c1e-7d32-9a44-5b1f0c6e2d11',
  epoch: 1,
  seq: 1,
  id: 'e-1',
  ts: '2026-11-21T09:30:00.000000Z',
  actor: { type: 'agent', id: 'default/repo-doctor' },
};

describe('event types', () => {
  it.each(eventDefinitions.map(each => [each.type, each] as const))(
    'the example of %s is a valid event that reads back unchanged',
    (type, { example }) => {
      const event = parseSessionEvent({ ...envelope, type, payload: example });
      expect(event).toEqual({ ...envelope, type, payload: example });
    },
  );

  it('every type has one definition', () => {
    const types = eventDefinitions.map(({ type }) => type);
    expect(new Set(types).size).toBe(types.length);
  });

  it('a type of a newer version reads as agent.custom with the original inside', () => {
    expect(
      parseSessionEvent({ ...envelope, type: 'moon.rose', payload: { n: 1 } }),
    ).toMatchObject({
      type: 'agent.custom',
      payload: { type: 'moon.rose', payload: { n: 1 } },
    });
  });

  it('an agent cannot forge what people, policies and Greenroom say', () => {
    const forgeable = eventDefinitions
      .map(({ type }) => type)
      .filter(type => mayEmit('agent', type));
    expect(forgeable).toEqual([
      'agent.text',
      'agent.status',
      'agent.artifact',
      'agent.error',
      'agent.notification',
      'agent.custom',
    ]);
  });

  it('a runtime may say what an agent may, and how its turns went', () => {
    expect(mayEmit('runtime', 'agent.text')).toBe(true);
    expect(mayEmit('runtime', 'turn.finished')).toBe(true);
    expect(mayEmit('runtime', 'user.message')).toBe(false);
    expect(mayEmit('runtime', 'approval.decided')).toBe(false);
    expect(isEventType('delta.text')).toBe(false);
  });
});
