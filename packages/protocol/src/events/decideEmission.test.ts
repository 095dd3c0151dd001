import * as fc from 'fast-check';
import { canonicalJson } from '../canonical/canonicalJson';
import { decideEmission } from './decideEmission';
import { eventDefinition, eventDefinitions, mayEmit } from './eventTypes';

describe('decideEmission', () => {
  const allowed = eventDefinitions.filter(({ type }) =>
    mayEmit('runtime', type),
  );
  const forbidden = eventDefinitions.filter(each => !allowed.includes(each));

  it.each(allowed.map(each => [each.type, each.example] as const))(
    'takes %s from a runtime as it is',
    (type, example) => {
      expect(decideEmission('runtime', { type, payload: example })).toEqual({
        act: 'record',
        type,
        payload: example,
      });
    },
  );

  it.each(forbidden.map(each => [each.type, each.example] as const))(
    'refuses %s from a runtime, by name',
    (type, example) => {
      expect(decideEmission('runtime', { type, payload: example })).toEqual({
        act: 'refuse',
        reason: 'Forbidden',
        message: expect.stringContaining(type),
      });
    },
  );

  it('keeps a type that it does not know, whole', () => {
    expect(
      decideEmission('agent', {
        type: 'acme.built',
        payload: { seconds: 1.5 },
      }),
    ).toEqual({
      act: 'record',
      type: 'agent.custom',
      payload: { type: 'acme.built', payload: { seconds: '1.5' } },
    });
    expect(
      decideEmission('runtime', { type: 'tick', payload: null }),
    ).toMatchObject({ payload: { type: 'tick', payload: {} } });
  });

  it('tells an agent what is wrong, and loses nothing of a runtime', () => {
    const event = { type: 'agent.text', payload: { txt: 'hello' } };
    expect(decideEmission('agent', event)).toEqual({
      act: 'refuse',
      reason: 'Invalid',
      message: expect.stringContaining('text: '),
    });
    expect(decideEmission('runtime', event)).toEqual({
      act: 'record',
      type: 'agent.custom',
      payload: {
        type: 'agent.text',
        payload: { txt: 'hello' },
        problem: expect.stringContaining('text: '),
      },
    });
  });

  it('shows deltas of a runtime, and of nobody else', () => {
    const delta = {
      type: 'delta.text',
      payload: { event_id: 'e-1', text: 'Hel' },
    };
    expect(decideEmission('runtime', delta)).toEqual({
      act: 'show',
      event: delta,
    });
    expect(decideEmission('agent', delta)).toMatchObject({
      reason: 'Forbidden',
    });
    expect(
      decideEmission('runtime', { type: 'typing', payload: {} }),
    ).toMatchObject({ reason: 'Forbidden' });
  });

  it.each([
    [
      'agent.status',
      { status: 'writing', detail: 'Chapter 2' },
      { text: 'Chapter 2', state: 'writing' },
    ],
    [
      'agent.input_request',
      { request_id: 'r', question: '?', options: ['a'] },
      { request_id: 'r', question: '?', choices: ['a'] },
    ],
    [
      'agent.artifact',
      { artifact_type: 'code', title: 'x.ts', content: '1' },
      { name: 'x.ts', title: 'x.ts', media_type: 'text/plain', content: '1' },
    ],
    [
      'agent.usage',
      {
        model: 'm',
        input_tokens: 1,
        output_tokens: 2,
        cache_read_input_tokens: 10,
        cache_creation_input_tokens: 5,
      },
      {
        model: 'm',
        input_tokens: 16,
        output_tokens: 2,
        cache_read_tokens: 10,
        cache_write_tokens: 5,
      },
    ],
    [
      'session.failed',
      { error: 'out of memory' },
      { reason: 'RuntimeFailed', message: 'out of memory' },
    ],
    ['session.completed', { summary: 'done' }, { result: 'done' }],
    [
      'agent.permission_request',
      { request_id: 'r', grant_type: 'spawn', justification: 'why' },
      { request_id: 'r', action: 'spawn', reason: 'why' },
    ],
  ])('reads %s in x1agent’s spelling', (type, payload, expected) => {
    expect(decideEmission('runtime', { type, payload })).toEqual({
      act: 'record',
      type,
      payload: expected,
    });
  });

  it('reads x1agent’s agent.tool_error as a failed result', () => {
    expect(
      decideEmission('runtime', {
        type: 'agent.tool_error',
        payload: { tool_use_id: 't', content: 'no' },
      }),
    ).toMatchObject({
      type: 'agent.tool_result',
      payload: { is_error: true },
    });
  });

  it('whatever an agent sends, what is recorded fits its schema and has a canonical form', () => {
    const type = fc.oneof(
      fc.constantFrom(...eventDefinitions.map(each => each.type)),
      fc.string({ minLength: 1, maxLength: 20 }),
    );
    fc.assert(
      fc.property(
        fc.constantFrom('agent', 'runtime'),
        type,
        fc.oneof(fc.anything({ maxDepth: 4 }), fc.jsonValue()),
        (emitter, name, payload) => {
          const decision = decideEmission(emitter as 'agent', {
            type: name,
            payload,
          });
          const record =
            decision.act === 'record'
              ? decision
              : { type: 'agent.text' as const, payload: { text: '' } };
          expect(() => canonicalJson(record.payload)).not.toThrow();
          expect(
            eventDefinition(record.type)!.payload.safeParse(record.payload)
              .success,
          ).toBe(true);
          expect(mayEmit(emitter as 'agent', record.type)).toBe(true);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
