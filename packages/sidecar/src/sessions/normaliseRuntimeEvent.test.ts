import fc from 'fast-check';
import { judgeDraft } from '../pipeline/judgeDraft';
import { readRuntimeEvents } from '../runtime/readRuntimeEvents';
import { normaliseRuntimeEvent } from './normaliseRuntimeEvent';

describe('normaliseRuntimeEvent', () => {
  it.each<[string, object, string, object]>([
    [
      'agent.status',
      { status: 'writing', detail: 'Chapter 2' },
      'agent.status',
      { text: 'Chapter 2', state: 'writing' },
    ],
    [
      'agent.status',
      { status: 'done' },
      'agent.status',
      { text: 'done', state: 'done' },
    ],
    [
      'agent.tool_error',
      { tool_use_id: 'c', content: 'no' },
      'agent.tool_result',
      { tool_use_id: 'c', content: 'no', is_error: true },
    ],
    [
      'agent.artifact',
      { artifact_type: 'diff', title: 'Fix', content: '+x' },
      'agent.artifact',
      { title: 'Fix', content: '+x', name: 'Fix', media_type: 'text/x-diff' },
    ],
    [
      'agent.usage',
      {
        model: 'm',
        input_tokens: 1,
        output_tokens: 2,
        cache_creation_input_tokens: 3,
        cache_read_input_tokens: 4,
      },
      'agent.usage',
      {
        model: 'm',
        source: 'runtime',
        input_tokens: 8,
        output_tokens: 2,
        cache_read_tokens: 4,
        cache_write_tokens: 3,
      },
    ],
    [
      'agent.input_request',
      { question: 'Q?', options: ['a'], request_id: 'r' },
      'agent.input_request',
      { question: 'Q?', choices: ['a'], request_id: 'r' },
    ],
    [
      'agent.permission_request',
      {
        request_id: 'r',
        grant_type: 'spawn',
        details: { agent: 'b' },
        justification: 'need it',
      },
      'agent.permission_request',
      {
        request_id: 'r',
        action: 'spawn',
        reason: 'need it',
        arguments: { agent: 'b' },
      },
    ],
    [
      'session.completed',
      { summary: 'ok' },
      'session.completed',
      { result: 'ok' },
    ],
    [
      'session.completed',
      { error: 'bad' },
      'session.failed',
      { reason: 'RuntimeError', message: 'bad' },
    ],
    [
      'session.failed',
      { error: 'bad' },
      'session.failed',
      { reason: 'RuntimeError', message: 'bad' },
    ],
  ])(
    'brings %s with %j into our form, which its schema takes',
    (type, payload, ourType, ours) => {
      const event = normaliseRuntimeEvent({ type, payload });
      expect(event).toEqual({ type: ourType, payload: ours });
      expect(judgeDraft(event.type, event.payload, 'runtime')).toMatchObject({
        accepted: true,
        type: ourType,
      });
    },
  );

  it('leaves ours as they are', () => {
    const payload = { text: 'Reading', progress: { done: 1, total: 2 } };
    expect(normaliseRuntimeEvent({ type: 'agent.status', payload })).toEqual({
      type: 'agent.status',
      payload,
    });
  });

  it('keeps whatever a runtime sends, or says that it is no event, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), data => {
        for (const event of readRuntimeEvents(data)) {
          const isEvent = !('unreadable' in event);
          const judged = isEvent && normaliseRuntimeEvent(event);
          if (judged) judgeDraft(judged.type, judged.payload, 'runtime');
        }
      }),
      { numRuns: 500 },
    );
    const types = fc.constantFrom(
      'agent.status',
      'agent.artifact',
      'agent.usage',
      'agent.permission_request',
      'agent.input_request',
      'session.completed',
      'session.failed',
      'agent.text',
      'x.y',
    );
    fc.assert(
      fc.property(types, fc.jsonValue(), (type, payload) => {
        const event = normaliseRuntimeEvent({ type, payload });
        expect(judgeDraft(event.type, event.payload, 'runtime').accepted).toBe(
          true,
        );
      }),
    );
  });
});
