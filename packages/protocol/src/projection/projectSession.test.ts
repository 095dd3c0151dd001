import * as fc from 'fast-check';
import { eventDefinitions, type EventType } from '../events/eventTypes';
import { parseSessionEvent, type SessionEvent } from '../events/SessionEvent';
import { formatTimestamp } from '../values/Timestamp';
import { projectSession } from './projectSession';
import { initialSessionState, isEnded } from './SessionState';

type Told = [type: EventType, payload: object, turnId?: string];

function events(told: readonly Told[]): SessionEvent[] {
  return told.map(([type, payload, turn_id], index) =>
    parseSessionEvent({
      v: 1,
      session_id: '0193a5b0-7c1e-7d32-9a44-5b1f0c6e2d11',
      epoch: 1,
      seq: index + 1,
      id: `e-${index + 1}`,
      ts: formatTimestamp(Date.UTC(2026, 10, 21) + 1_000 * index),
      type,
      actor: { type: 'agent', id: 'default/a' },
      turn_id,
      payload,
    }),
  );
}

const fold = (told: readonly Told[]) =>
  events(told).reduce(projectSession, initialSessionState);

const exampleOf = (type: EventType) =>
  eventDefinitions.find(each => each.type === type)!.example;

const created: Told = ['session.created', exampleOf('session.created')];
const begun: Told[] = [
  created,
  ['session.started', exampleOf('session.started')],
];
const turn: Told = ['turn.started', { input_id: 'in-1' }, 't-1'];

describe('projectSession', () => {
  it.each<[string, Told[], string]>([
    ['nothing', [], 'Pending'],
    ['created', [created], 'Starting'],
    ['started', begun, 'Idle'],
    ['a turn that runs', [...begun, turn], 'Active'],
    [
      'a question',
      [
        ...begun,
        turn,
        ['agent.input_request', { request_id: 'q', question: '?' }, 't-1'],
      ],
      'AwaitingInput',
    ],
    [
      'a question and a permission',
      [
        ...begun,
        turn,
        ['agent.input_request', { request_id: 'q', question: '?' }, 't-1'],
        ['agent.permission_request', { request_id: 'p', action: 'a' }, 't-1'],
      ],
      'AwaitingApproval',
    ],
    [
      'a permission that was decided',
      [
        ...begun,
        turn,
        ['agent.permission_request', { request_id: 'p', action: 'a' }, 't-1'],
        [
          'approval.decided',
          { request_id: 'p', approval: 'x', approved: true },
        ],
      ],
      'Active',
    ],
    [
      'a turn that ended while it asked',
      [
        ...begun,
        turn,
        ['agent.permission_request', { request_id: 'p', action: 'a' }, 't-1'],
        ['turn.cancelled', { reason: 'Stopped' }, 't-1'],
      ],
      'Idle',
    ],
    [
      'suspended',
      [...begun, ['session.suspended', { reason: 'Standby' }]],
      'Suspended',
    ],
    [
      'a message to one that is suspended',
      [
        ...begun,
        ['session.suspended', { reason: 'Standby' }],
        ['user.message', { text: 'hello' }],
      ],
      'Suspended',
    ],
    [
      'resumed',
      [
        ...begun,
        ['session.suspended', { reason: 'Standby' }],
        ['session.resumed', { reason: 'Message' }],
      ],
      'Idle',
    ],
    ['completed', [...begun, ['session.completed', {}]], 'Completed'],
    [
      'failed',
      [...begun, ['session.failed', { reason: 'R', message: 'm' }]],
      'Failed',
    ],
    [
      'stopped',
      [...begun, ['session.cancelled', { reason: 'Stopped' }]],
      'Cancelled',
    ],
    [
      'out of time',
      [...begun, ['session.cancelled', { reason: 'TimedOut' }]],
      'Expired',
    ],
    [
      'ended twice',
      [
        ...begun,
        ['session.completed', {}],
        ['session.failed', { reason: 'R', message: 'm' }],
      ],
      'Completed',
    ],
  ])('after %s', (_, told, phase) => {
    expect(fold(told).phase).toBe(phase);
  });

  it.each<[string, Told[], string | undefined]>([
    [
      'what the turn says',
      [
        ['agent.text', { text: 'a' }, 't-1'],
        ['turn.finished', { outcome: 'completed', answer: 'b' }, 't-1'],
      ],
      'b',
    ],
    [
      'the last text otherwise',
      [
        ['agent.text', { text: 'a' }, 't-1'],
        ['agent.text', { text: 'c' }, 't-1'],
        ['turn.finished', { outcome: 'completed' }, 't-1'],
      ],
      'c',
    ],
    [
      'the artifact marked as answer before any text',
      [
        [
          'agent.artifact',
          { name: 'r', media_type: 'text/plain', content: 'r!', answer: true },
          't-1',
        ],
        ['agent.text', { text: 'c' }, 't-1'],
        ['turn.finished', { outcome: 'completed' }, 't-1'],
      ],
      'r!',
    ],
    [
      'nothing of a turn that said nothing',
      [['turn.finished', { outcome: 'completed' }, 't-1']],
      undefined,
    ],
    [
      'nothing from another turn’s end',
      [
        ['agent.text', { text: 'a' }, 't-1'],
        ['turn.finished', { outcome: 'completed', answer: 'z' }, 't-0'],
      ],
      undefined,
    ],
  ])('the answer is %s', (_, told, answer) => {
    expect(fold([...begun, turn, ...told]).answer).toBe(answer);
  });

  it('a failed turn leaves its cause, and the session goes on', () => {
    const error = { reason: 'ModelRefused', message: 'The model said no.' };
    const state = fold([
      ...begun,
      turn,
      ['turn.finished', { outcome: 'failed', error }, 't-1'],
    ]);
    expect(state).toMatchObject({
      phase: 'Idle',
      error,
      turn: { id: 't-1', inputId: 'in-1', outcome: 'failed', error },
    });
  });

  it('a plain session that completes answers with what it said last', () => {
    expect(
      fold([
        ...begun,
        turn,
        ['agent.text', { text: 'done' }, 't-1'],
        ['session.completed', {}],
      ]),
    ).toMatchObject({ answer: 'done', turn: { outcome: 'completed' } });
  });

  it('a turn does not outlive its session', () => {
    expect(
      fold([
        ...begun,
        turn,
        ['session.failed', { reason: 'PodLost', message: 'gone' }],
      ]).turn,
    ).toMatchObject({
      outcome: 'failed',
      error: { reason: 'PodLost', message: 'gone' },
    });
  });

  it('an approval joins the request it was made for', () => {
    const state = fold([
      ...begun,
      turn,
      [
        'agent.permission_request',
        { request_id: 'permit-1', action: 'push' },
        't-1',
      ],
      ['approval.requested', exampleOf('approval.requested'), 't-1'],
    ]);
    expect(state.pending).toEqual([
      expect.objectContaining({
        requestId: 'permit-1',
        approval: 'inspect-permit-1',
        expiresAt: '2026-11-21T10:30:00.000000Z',
      }),
    ]);
  });

  it('adds up usage, exactly, and counts each call once', () => {
    const call = (
      source: string,
      input_tokens: number,
      cost_usd?: string,
    ): Told => [
      'agent.usage',
      { model: 'm', source, input_tokens, output_tokens: 1, cost_usd },
    ];
    expect(
      fold([
        ...begun,
        call('runtime', 5),
        call('gateway', 5, '0.1'),
        call('gateway', 7, '0.2'),
        call('runtime', 7),
      ]).usage,
    ).toEqual({
      source: 'gateway',
      calls: 2,
      inputTokens: 12,
      outputTokens: 2,
      costUsd: '0.3',
      models: ['m'],
    });
  });

  it('an artifact of the same name replaces the one before', () => {
    const artifact = (digest: string): Told => [
      'agent.artifact',
      {
        name: 'report.md',
        media_type: 'text/markdown',
        digest: digest.repeat(64),
      },
    ];
    expect(
      fold([...begun, artifact('a'), artifact('b')]).artifacts,
    ).toMatchObject([{ name: 'report.md', digest: 'b'.repeat(64) }]);
  });
});

const anyTold: fc.Arbitrary<Told> = fc
  .tuple(
    fc.constantFrom(...eventDefinitions),
    fc.constantFrom(undefined, 't-1', 't-2'),
  )
  .map(([{ type, example }, turnId]) => [type, example, turnId]);

describe('the fold', () => {
  it('is deterministic, changes nothing it was given, and needs no event twice', () => {
    fc.assert(
      fc.property(fc.array(anyTold, { maxLength: 30 }), told => {
        const history = events(told);
        const frozen = history.reduce(
          (state, event) => projectSession(deepFreeze(state), event),
          initialSessionState,
        );
        expect(frozen).toEqual(fold(told));
        expect(history.reduce(projectSession, frozen)).toBe(frozen);
      }),
    );
  });

  it('after a prefix and then the rest is the same as after the whole', () => {
    fc.assert(
      fc.property(
        fc.array(anyTold, { maxLength: 30 }),
        fc.nat(),
        (told, at) => {
          const history = events(told);
          const cut = at % (history.length + 1);
          const stored = JSON.parse(
            JSON.stringify(
              history.slice(0, cut).reduce(projectSession, initialSessionState),
            ),
          );
          expect(history.slice(cut).reduce(projectSession, stored)).toEqual(
            fold(told),
          );
        },
      ),
    );
  });

  it('an ended session stays as it ended, and waits for nobody', () => {
    fc.assert(
      fc.property(fc.array(anyTold, { maxLength: 40 }), told => {
        let end: string | undefined;
        let state = initialSessionState;
        for (const event of events(told)) {
          state = projectSession(state, event);
          expect(isEnded(state) && state.pending.length > 0).toBe(false);
          if (isEnded(state)) end ??= `${state.phase} ${state.endedAt}`;
          expect(end ?? '').toBe(
            isEnded(state) ? `${state.phase} ${state.endedAt}` : '',
          );
        }
      }),
    );
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}
