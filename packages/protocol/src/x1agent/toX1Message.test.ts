import { decideEmission } from '../events/decideEmission';
import { eventDefinitions, mayEmit } from '../events/eventTypes';
import { parseSessionEvent } from '../events/SessionEvent';
import { toX1Message } from './toX1Message';
import { X1Message } from './X1Message';

const anEvent = (type: string, payload: unknown) =>
  parseSessionEvent({
    v: 1,
    session_id: '0193a5b0-7c1e-7d32-9a44-5b1f0c6e2d11',
    epoch: 2,
    seq: 7,
    id: 'e-7',
    ts: '2026-11-21T09:30:00.123456Z',
    type,
    actor: { type: 'agent', id: 'default/a' },
    payload,
  });

describe('toX1Message', () => {
  it('keeps five fields', () => {
    expect(toX1Message(anEvent('agent.text', { text: 'hi' }))).toEqual({
      session_id: '0193a5b0-7c1e-7d32-9a44-5b1f0c6e2d11',
      timestamp: '2026-11-21T09:30:00.123456+00:00',
      sequence: 7,
      type: 'agent.text',
      payload: { text: 'hi' },
    });
  });

  it.each(eventDefinitions.map(each => [each.type, each.example] as const))(
    'projects %s into a valid message',
    (type, example) => {
      const message = toX1Message(anEvent(type, example));
      expect(X1Message.parse(message)).toEqual(message);
    },
  );

  it.each(
    eventDefinitions
      .filter(({ type }) => mayEmit('runtime', type))
      .map(each => [each.type, each.example] as const),
  )(
    'what a runtime may say of %s survives the way there and back',
    (type, example) => {
      const { type: x1Type, payload } = toX1Message(anEvent(type, example));
      expect(
        decideEmission('runtime', { type: x1Type, payload }),
      ).toMatchObject({
        act: 'record',
        type,
      });
    },
  );
});
