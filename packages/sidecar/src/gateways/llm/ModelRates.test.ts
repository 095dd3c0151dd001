import fc from 'fast-check';
import { ModelRates } from './ModelRates';

const model = (limits: { rpm?: number; tpm?: number }) => ({
  name: 'fast',
  provider: 'openai' as const,
  model: 'x',
  limits,
});

describe('ModelRates', () => {
  it('lets no more through in any minute than the model is limited to', () => {
    const step = fc.record({
      pauseMs: fc.integer({ min: 0, max: 30_000 }),
      tokens: fc.integer({ min: 1, max: 60 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        let now = 0;
        const rates = new ModelRates(() => now);
        const passed: { at: number; tokens: number }[] = [];
        for (const { pauseMs, tokens } of steps) {
          now += pauseMs;
          try {
            rates.enter(model({ rpm: 5, tpm: 100 }), tokens);
            passed.push({ at: now, tokens });
          } catch (error) {
            const { retryAfterS = 0 } = error as { retryAfterS?: number };
            // What it says is true: after that time the same call fits.
            now += retryAfterS * 1000;
            rates.enter(model({ rpm: 5, tpm: 100 }), tokens);
            passed.push({ at: now, tokens });
          }
          const from = now - 60_000;
          const minute = passed.filter(({ at }) => at > from);
          expect(minute.length).toBeLessThanOrEqual(5);
          expect(
            minute.reduce((sum, each) => sum + each.tokens, 0),
          ).toBeLessThanOrEqual(100);
        }
      }),
    );
  });

  it('says in words what is used up and when to try again', () => {
    const rates = new ModelRates(() => 0);
    rates.enter(model({ rpm: 1 }), 10);
    expect(() => rates.enter(model({ rpm: 1 }), 10)).toThrow(
      'Model "fast" is limited to 1 requests a minute, and they are used up. Try again in 60 s, or raise spec.limits of the Model.',
    );
  });

  it('counts what a call really used', () => {
    const rates = new ModelRates(() => 0);
    rates.enter(model({ tpm: 100 }), 100).tokens = 10;
    expect(rates.enter(model({ tpm: 100 }), 90).tokens).toBe(90);
  });

  it('takes back a call that was not made', () => {
    const rates = new ModelRates(() => 0);
    rates.leave(model({ rpm: 1 }), rates.enter(model({ rpm: 1 }), 1));
    expect(rates.enter(model({ rpm: 1 }), 1).tokens).toBe(1);
  });

  it('lets a call pass that is larger than the limit when it is alone', () => {
    const rates = new ModelRates(() => 0);
    rates.enter(model({ tpm: 100 }), 5_000);
    expect(() => rates.enter(model({ tpm: 100 }), 1)).toThrow('100 tokens');
  });
});
