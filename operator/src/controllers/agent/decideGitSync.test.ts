import type { PlannedCheckout } from '@greenroom/context-tools';
import { decideGitSync, type GitSyncSnapshot } from './decideGitSync';

const aCheckout = (policy: 'Rollout' | 'HotReload'): PlannedCheckout => ({
  context: 'code',
  root: 'workspace',
  path: 'code',
  repository: 'https://example.com/a.git',
  ref: 'main',
  depth: 1,
  subPath: '',
  recurseSubmodules: false,
  sync: { policy, intervalMs: 60_000 },
});
const seen = (digest: string) =>
  new Map([
    [
      'code',
      { result: { ok: true as const, digest }, at: '2026-01-01T00:00:00Z' },
    ],
  ]);
const aSnapshot = (over: Partial<GitSyncSnapshot>): GitSyncSnapshot => ({
  checkouts: [aCheckout('Rollout')],
  reported: [],
  observed: new Map(),
  before: [],
  activeTasks: 0,
  ...over,
});

describe('decideGitSync', () => {
  it('takes a new commit into the pod when no task is active', () => {
    const decision = decideGitSync(
      aSnapshot({
        observed: seen('b'),
        before: [{ name: 'code', phase: 'Synced', commit: 'a' }],
      }),
    );
    expect(decision.commits).toEqual({ code: 'b' });
    expect(decision.claim).toMatchObject({ status: 'False', reason: 'Synced' });
  });

  it('keeps the pod as it is while tasks are active, and says what waits', () => {
    const decision = decideGitSync(
      aSnapshot({
        observed: seen('b'),
        before: [{ name: 'code', phase: 'Synced', commit: 'a' }],
        activeTasks: 2,
      }),
    );
    expect(decision.commits).toEqual({ code: 'a' });
    expect(decision.gitSync[0]).toMatchObject({
      phase: 'Waiting',
      commit: 'a',
      observedCommit: 'b',
    });
    expect(decision.claim).toMatchObject({
      status: 'True',
      reason: 'WaitingForTasks',
    });
  });

  it('keeps the commit when the repository cannot be asked', () => {
    const observed = new Map([
      [
        'code',
        {
          result: {
            ok: false as const,
            phase: 'Unavailable' as const,
            message: 'no such host',
          },
          at: '',
        },
      ],
    ]);
    const decision = decideGitSync(
      aSnapshot({
        observed,
        before: [{ name: 'code', phase: 'Synced', commit: 'a' }],
      }),
    );
    expect(decision.commits).toEqual({ code: 'a' });
    expect(decision.claim).toMatchObject({
      reason: 'SyncFailed',
      message: expect.stringContaining('no such host'),
    });
  });

  it('only tells of what is reloaded in the pod', () => {
    const decision = decideGitSync(
      aSnapshot({
        checkouts: [aCheckout('HotReload')],
        reported: [{ name: 'code', phase: 'Synced', commit: 'c' }],
      }),
    );
    expect(decision.commits).toEqual({});
    expect(decision.gitSync).toEqual([
      { name: 'code', phase: 'Synced', commit: 'c' },
    ]);
  });

  it('says that nothing is followed', () => {
    expect(decideGitSync(aSnapshot({ checkouts: [] })).claim.reason).toBe(
      'NotConfigured',
    );
  });
});
