import { Agent, resolveAgent } from '@greenroom/kinds';
import { anAgent } from '../../pods/aPodPlan';
import { decideAgent, type AgentSnapshot } from './decideAgent';

const nowMs = Date.parse('2026-01-01T12:00:00Z');
const aSnapshot = (
  over: Partial<AgentSnapshot> = {},
  spec: Record<string, unknown> = {},
): AgentSnapshot => ({
  resolved: resolveAgent(anAgent(spec)),
  pod: { state: 'Connected', runtime: 'ready' },
  work: { activeTasks: 0, queuedTasks: 0, conversations: 0 },
  shortcomings: [],
  exposed: [],
  before: {},
  nowMs,
  ...over,
});
const standby = { standby: { idleTimeout: '5m' } };
const longIdle = { idleSince: '2026-01-01T11:00:00Z' };
const busy = { activeTasks: 0, queuedTasks: 1, conversations: 0 };

describe('decideAgent', () => {
  it.each<[string, AgentSnapshot, object]>([
    [
      'is ready with a connected sidecar',
      aSnapshot(),
      { replicas: 1, phase: 'Ready', ready: true },
    ],
    [
      'starts while its pod comes',
      aSnapshot({ pod: { state: 'Starting' } }),
      { replicas: 1, phase: 'Starting', ready: false },
    ],
    [
      'has failed while its image cannot be pulled',
      aSnapshot({
        pod: {
          state: 'Starting',
          trouble: { reason: 'ImagePullFailed', message: 'm' },
        },
      }),
      { phase: 'Failed', ready: false },
    ],
    [
      'has failed with its runtime',
      aSnapshot({
        pod: { state: 'Connected', runtime: 'failed', message: 'boom' },
      }),
      { phase: 'Failed' },
    ],
    [
      'cannot work without its model',
      aSnapshot({
        shortcomings: [
          { condition: 'Ready', reason: 'ModelMissing', message: 'm' },
        ],
      }),
      { phase: 'Degraded', ready: false },
    ],
    [
      'works without one of its tools',
      aSnapshot({
        shortcomings: [
          { condition: 'ToolsReady', reason: 'ToolUnavailable', message: 'm' },
        ],
      }),
      { phase: 'Degraded', ready: true },
    ],
    [
      'is stopped by a person',
      aSnapshot({}, { suspend: true }),
      { replicas: 0, phase: 'Suspended', suspendedBy: 'User' },
    ],
    [
      'stays stopped by a person whatever work there is',
      aSnapshot({ work: busy }, { suspend: true, ...standby }),
      { replicas: 0, suspendedBy: 'User' },
    ],
    [
      'begins to be idle',
      aSnapshot({}, standby),
      {
        replicas: 1,
        phase: 'Idle',
        idleSinceMs: nowMs,
        standbyAtMs: nowMs + 300_000,
      },
    ],
    [
      'goes on standby when it was idle long enough',
      aSnapshot({ before: longIdle }, standby),
      { replicas: 0, suspendedBy: 'Standby' },
    ],
    [
      'is woken by work',
      aSnapshot(
        {
          before: { ...longIdle, suspendedBy: 'Standby' },
          work: busy,
          pod: { state: 'None' },
        },
        standby,
      ),
      { replicas: 1, phase: 'Starting' },
    ],
    [
      'stays awake for a conversation',
      aSnapshot(
        {
          before: longIdle,
          work: { activeTasks: 0, queuedTasks: 0, conversations: 1 },
        },
        standby,
      ),
      { replicas: 1 },
    ],
    [
      'is not made while something stands against it',
      aSnapshot({
        obstacle: { phase: 'Failed', reason: 'ContextError', message: 'm' },
      }),
      { phase: 'Failed', ready: false },
    ],
  ])('%s', (_, snapshot, decision) => {
    expect(decideAgent(snapshot)).toMatchObject(decision);
  });

  it('gives only reasons of the closed list, with the status they stand for', () => {
    const catalogue = Agent.conditions as Record<
      string,
      { reasons: Record<string, { status: string }> }
    >;
    const snapshots = [
      aSnapshot(),
      aSnapshot(
        { exposed: ['key'] },
        { budget: { tokens: 5 }, tools: [{ ref: 't' }] },
      ),
      aSnapshot({ budgetExhausted: 'x' }, { budget: { tokens: 5 } }),
      aSnapshot({}, { suspend: true }),
      aSnapshot({ before: longIdle }, standby),
      aSnapshot({ pod: { state: 'None' } }),
      aSnapshot({ pod: { state: 'Starting' } }),
      aSnapshot({ pod: { state: 'Unreachable' } }),
      aSnapshot({ pod: { state: 'Connected', runtime: 'starting' } }),
      aSnapshot({ pod: { state: 'Connected', runtime: 'failed' } }),
      aSnapshot({
        obstacle: { phase: 'Failed', reason: 'NameConflict', message: 'm' },
      }),
      { ...aSnapshot(), resolved: undefined },
    ];
    for (const snapshot of snapshots) {
      for (const { type, reason, status } of decideAgent(snapshot).claims) {
        expect([type, reason, catalogue[type].reasons[reason]?.status]).toEqual(
          [type, reason, status],
        );
      }
    }
  });
});
