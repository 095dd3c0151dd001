import fc from 'fast-check';
import { judgeStartQuota } from './startQuota';

describe('judgeStartQuota', () => {
  it.each([
    ['no quota', undefined, [1, 2, 3], 10_000, { allowed: true }],
    [
      'room left',
      { maxTaskStarts: 2, windowSeconds: 60 },
      [5_000],
      10_000,
      { allowed: true },
    ],
    [
      'full',
      { maxTaskStarts: 2, windowSeconds: 60 },
      [5_000, 8_000],
      10_000,
      { allowed: false, nextStartAtMs: 65_000 },
    ],
    [
      'old starts have left the window',
      { maxTaskStarts: 1, windowSeconds: 60 },
      [5_000],
      65_000,
      { allowed: true },
    ],
    [
      'overfull after the quota was lowered',
      { maxTaskStarts: 1, windowSeconds: 60 },
      [5_000, 8_000],
      10_000,
      { allowed: false, nextStartAtMs: 68_000 },
    ],
  ])('%s', (_, quota, starts, now, verdict) => {
    expect(judgeStartQuota(quota, starts, now)).toEqual(verdict);
  });

  it('never lets more starts into any window than the quota says, and always allows one at the time it names', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.integer({ min: 0, max: 4_000 }), { maxLength: 60 }),
        (maxTaskStarts, windowSeconds, gaps) => {
          const quota = { maxTaskStarts, windowSeconds };
          const starts: number[] = [];
          let now = 1;
          for (const gap of gaps) {
            now += gap;
            const verdict = judgeStartQuota(quota, starts, now);
            const nextAt = verdict.allowed ? now : verdict.nextStartAtMs;
            expect(nextAt > now).toBe(!verdict.allowed);
            expect(judgeStartQuota(quota, starts, nextAt).allowed).toBe(true);
            if (verdict.allowed) starts.push(now);
          }
          for (const end of starts) {
            const within = starts.filter(
              start => start > end - windowSeconds * 1000 && start <= end,
            );
            expect(within.length).toBeLessThanOrEqual(maxTaskStarts);
          }
        },
      ),
    );
  });
});
