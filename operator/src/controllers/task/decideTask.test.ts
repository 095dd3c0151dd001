import { Task } from '@greenroom/kinds';
import fc from 'fast-check';
import {
  abortGraceMs,
  decideTask,
  isFinished,
  type TaskSnapshot,
} from './decideTask';
import { readTaskWork } from './readTaskWork';
import { taskStatus } from './taskStatus';

const nowMs = Date.parse('2026-01-01T12:00:00Z');

function aTask(
  spec: object = {},
  status?: Task['status'],
  metadata: object = {},
): Task {
  return {
    apiVersion: Task.apiVersion,
    kind: 'Task',
    metadata: {
      name: 'inspect',
      namespace: 'team',
      uid: 'task-uid',
      generation: 1,
      creationTimestamp: '2026-01-01T11:59:00Z',
      ...metadata,
    },
    spec: Task.spec.parse({ agentRef: { name: 'helper' }, ...spec }),
    ...(status ? { status } : {}),
  } as Task;
}

const aSnapshot = (over: Partial<TaskSnapshot> = {}): TaskSnapshot => ({
  task: aTask(),
  agent: { state: 'Ready' },
  contexts: { state: 'Resolved' },
  line: { position: 1, freeSlots: 1, slots: 1 },
  quota: { allowed: true },
  work: { state: 'NotBegun' },
  nowMs,
  ...over,
});

describe('decideTask', () => {
  it.each<[string, Partial<TaskSnapshot>, object]>([
    ['starts on a free slot', {}, { act: 'start' }],
    [
      'waits behind others',
      { line: { position: 2, freeSlots: 1, slots: 1 } },
      { act: 'wait', reason: 'AtCapacity' },
    ],
    [
      'waits for a suspended agent',
      { agent: { state: 'Suspended', message: 's' } },
      { act: 'wait', reason: 'AgentSuspended' },
    ],
    [
      'waits for an agent that starts',
      { agent: { state: 'NotReady', message: 's' } },
      { act: 'wait', reason: 'AgentNotReady' },
    ],
    [
      'waits for budget',
      { agent: { state: 'BudgetExhausted', message: 's' } },
      { act: 'wait', reason: 'BudgetExhausted' },
    ],
    [
      'waits for the quota, and comes back when it allows',
      { quota: { allowed: false, nextStartAtMs: nowMs + 5 } },
      { act: 'wait', reason: 'QuotaExceeded', retryAtMs: nowMs + 5 },
    ],
    [
      'waits startDeadline for an agent that is not there',
      { agent: { state: 'Missing', reason: 'AgentNotFound', message: 'm' } },
      { act: 'await', reason: 'AgentNotFound', untilMs: nowMs + 600_000 },
    ],
    [
      'fails when the agent did not come',
      {
        agent: { state: 'Missing', reason: 'AgentNotFound', message: 'm' },
        task: aTask(
          { startDeadline: '1m' },
          { phase: 'Pending', queue: { since: '2026-01-01T11:59:00Z' } },
        ),
      },
      { act: 'settle', phase: 'Failed', result: { reason: 'AgentNotFound' } },
    ],
    [
      'fails at once for contexts that cannot be',
      { contexts: { state: 'Invalid', message: 'm' } },
      { act: 'settle', phase: 'Failed', result: { reason: 'ContextError' } },
    ],
    [
      'is stopped before it began',
      { task: aTask({ stop: true }) },
      { act: 'settle', phase: 'Stopped' },
    ],
    [
      'is stopped by the annotation as by the field',
      {
        task: aTask({}, undefined, {
          annotations: { 'greenroom.dev/stop': 'true' },
        }),
      },
      { act: 'settle', phase: 'Stopped' },
    ],
    [
      'is handed over again until it begins',
      { work: { state: 'Begun', sinceMs: nowMs } },
      { act: 'resume', untilMs: nowMs + 600_000 },
    ],
    [
      'fails when it does not begin, and says what the pod suffers from',
      {
        work: {
          state: 'Begun',
          sinceMs: nowMs - 600_000,
          trouble: 'Image "x" cannot be pulled.',
        },
      },
      {
        act: 'settle',
        phase: 'Failed',
        result: {
          reason: 'StartDeadlineExceeded',
          message: expect.stringContaining('cannot be pulled'),
        },
      },
    ],
    [
      'runs',
      { work: { state: 'Working', startedAtMs: nowMs } },
      { act: 'run' },
    ],
    [
      'is aborted when its time is over',
      {
        task: aTask({ timeout: '1m' }),
        work: { state: 'Working', startedAtMs: nowMs - 60_000 },
      },
      { act: 'abort', because: 'TimedOut' },
    ],
    [
      'is aborted when it is stopped',
      {
        task: aTask({ stop: true }),
        work: { state: 'Working', startedAtMs: nowMs },
      },
      { act: 'abort', because: 'Stopped' },
    ],
    [
      'is settled when the runtime does not confirm the abort',
      {
        work: {
          state: 'Working',
          startedAtMs: nowMs,
          aborting: { because: 'TimedOut', sinceMs: nowMs - abortGraceMs },
        },
      },
      { act: 'settle', phase: 'TimedOut' },
    ],
    [
      'is completed',
      { work: { state: 'Ended', outcome: { outcome: 'completed' } } },
      { act: 'settle', phase: 'Completed' },
    ],
    [
      'is what the runtime says, even if somebody asked to stop it meanwhile',
      {
        task: aTask({ stop: true }),
        work: { state: 'Ended', outcome: { outcome: 'completed' } },
      },
      { act: 'settle', phase: 'Completed' },
    ],
    [
      'is settled once',
      { task: aTask({ stop: true }, { phase: 'Completed' }) },
      { act: 'none' },
    ],
  ])('%s', (_, over, decision) => {
    expect(decideTask(aSnapshot(over))).toMatchObject(decision);
  });

  it('always leads to a status that the kind admits, and never leaves a Task without a way out', () => {
    const snapshots = fc.record({
      task: fc
        .record({
          stop: fc.boolean(),
          timeout: fc.option(fc.constantFrom('1s', '1h'), { nil: undefined }),
        })
        .map(spec => aTask(spec)),
      agent: fc.constantFrom(
        { state: 'Ready' as const },
        { state: 'Suspended' as const, message: 's' },
        {
          state: 'Missing' as const,
          reason: 'AgentNotFound' as const,
          message: 'm',
        },
      ),
      line: fc.record({
        position: fc.nat(3),
        freeSlots: fc.nat(3),
        slots: fc.nat(3),
      }),
      work: fc.constantFrom(
        { state: 'NotBegun' as const },
        { state: 'Begun' as const, sinceMs: nowMs - 1_000 },
        { state: 'Begun' as const, sinceMs: nowMs - 1_000_000 },
        { state: 'Working' as const, startedAtMs: nowMs - 5_000 },
        {
          state: 'Ended' as const,
          outcome: {
            outcome: 'failed' as const,
            reason: 'weird words!',
            message: 'm',
          },
        },
      ),
    });
    fc.assert(
      fc.property(snapshots, over => {
        const snapshot = aSnapshot(over);
        const decision = decideTask(snapshot);
        const status = taskStatus(decision, {
          task: snapshot.task,
          now: new Date(nowMs),
          sessionId: 'id',
        });
        expect(() => Task.status.parse(status)).not.toThrow();
        const after = { ...snapshot.task, status };
        const isSettled = decision.act === 'settle';
        expect(isFinished(after)).toBe(isSettled);
        expect(decideTask({ ...snapshot, task: after }).act === 'none').toBe(
          isSettled,
        );
        const ends = (status.conditions ?? []).filter(
          ({ type, status: value }) =>
            value === 'True' && ['Completed', 'Failed'].includes(type),
        );
        expect(ends).toHaveLength(isSettled ? 1 : 0);
        for (const { type, reason, status: value } of status.conditions ?? []) {
          const known = (
            Task.conditions as Record<
              string,
              { reasons: Record<string, { status: string }> }
            >
          )[type].reasons[reason];
          expect(known).toMatchObject({ status: value });
        }
      }),
    );
  });
});

describe('readTaskWork', () => {
  const begun = aTask({}, { phase: 'Starting', session: { id: 's' } });
  const lost = {
    state: 'Lost' as const,
    outcome: { outcome: 'failed' as const, reason: 'PodLost' },
  };

  it('believes the session before the pod: what was finished is finished', () => {
    const session = {
      turn: {
        id: 't',
        startedAt: '2026-01-01T12:00:00Z',
        outcome: 'completed' as const,
      },
    };
    expect(
      readTaskWork({ task: begun, session: session as never, pod: lost }),
    ).toMatchObject({ state: 'Ended', outcome: { outcome: 'completed' } });
  });

  it('never says that work runs whose pod is gone', () => {
    const session = {
      turn: {
        id: 't',
        startedAt: '2026-01-01T12:00:00Z',
        outcome: 'running' as const,
      },
      phase: 'Active',
    };
    expect(
      readTaskWork({ task: begun, session: session as never, pod: lost }),
    ).toMatchObject({ state: 'Ended', outcome: { reason: 'PodLost' } });
  });
});
