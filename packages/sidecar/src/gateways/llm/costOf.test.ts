import fc from 'fast-check';
import { compareUsd } from '@greenroom/protocol';
import { costOf, mostCostOf } from './costOf';

const pricing = {
  input: '3',
  output: '15',
  cache_read: '0.3',
  cache_write: '3.75',
};

describe('costOf', () => {
  it('prices fresh, cached and written input and the output', () => {
    const usage = {
      input_tokens: 1_000,
      cache_read_tokens: 400,
      cache_write_tokens: 100,
      output_tokens: 50,
    };
    expect(costOf(usage, pricing)).toBe('0.002745');
  });

  it('has no price where none is known, and never 0 for that', () => {
    const usage = { input_tokens: 1, output_tokens: 1 };
    expect(costOf(usage, undefined)).toBeUndefined();
    expect(costOf(usage, { input: '1' })).toBeUndefined();
    expect(costOf(usage, { input: '0', output: '0' })).toBe('0');
  });

  it('is never more than what was set aside for as many tokens', () => {
    const count = fc.integer({ min: 0, max: 2_000_000 });
    fc.assert(
      fc.property(
        count,
        count,
        count,
        count,
        (input, read, written, output) => {
          const usage = {
            input_tokens: input + read + written,
            cache_read_tokens: read,
            cache_write_tokens: written,
            output_tokens: output,
          };
          const most = mostCostOf(usage.input_tokens, output, pricing)!;
          expect(compareUsd(costOf(usage, pricing)!, most)).toBeLessThanOrEqual(
            0,
          );
        },
      ),
    );
  });
});
