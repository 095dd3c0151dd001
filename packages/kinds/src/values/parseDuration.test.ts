import fc from 'fast-check';
import {
  InvalidDurationError,
  longestDurationMs,
  parseDuration,
  printDuration,
} from './parseDuration';

describe('parseDuration', () => {
  it('reads what printDuration writes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: longestDurationMs }),
        milliseconds => {
          expect(parseDuration(printDuration(milliseconds))).toBe(milliseconds);
        },
      ),
    );
  });

  it('adds up its parts, in any order and any number', () => {
    const sizes = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
    const part = fc.tuple(
      fc.integer({ min: 0, max: 999 }),
      fc.constantFrom('ms', 's', 'm', 'h', 'd'),
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), parts => {
        const text = parts.map(([count, unit]) => `${count}${unit}`).join('');
        const sum = parts.reduce(
          (total, [count, unit]) => total + count * sizes[unit as 'ms'],
          0,
        );
        expect(parseDuration(text)).toBe(sum);
      }),
    );
  });

  it.each([
    ['90s', 90_000],
    ['1m30s', 90_000],
    ['1h30m', 5_400_000],
    ['250ms', 250],
    ['7d', 604_800_000],
    ['0s', 0],
  ])('reads %s', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each([
    '',
    '10',
    's',
    '1.5h',
    '-1s',
    '1 m',
    '1w',
    'soon',
    '1h30',
    '99999999999999999d',
  ])('refuses %j, and says what to write', text => {
    expect(() => parseDuration(text)).toThrow(InvalidDurationError);
  });
});

describe('printDuration', () => {
  it.each([
    [0, '0s'],
    [90_000, '1m30s'],
    [86_400_000 + 5, '1d5ms'],
    [3_600_000, '1h'],
  ])('writes %d as %s', (milliseconds, text) => {
    expect(printDuration(milliseconds)).toBe(text);
  });
});
